//! Downloads from a server that breaks off, lies, and comes back.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use cotejo_agent::blobs::Blobs;
use cotejo_model::{Digest, FailureCode};
use cotejo_proto::v1;
use cotejo_proto::v1::blob_service_server::{BlobService, BlobServiceServer};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Request, Response, Status, Streaming};

/// How a server answers one download.
enum Answer {
    /// Sends so many bytes of the rest, then fails.
    Breaks(usize),
    /// Sends all of the rest.
    Whole,
    /// Sends zeroes instead.
    Lies,
}

struct Store {
    content: Vec<u8>,
    answers: Mutex<VecDeque<Answer>>,
    offsets: Arc<Mutex<Vec<u64>>>,
}

type Chunk = Result<v1::DownloadBlobResponse, Status>;

#[tonic::async_trait]
impl BlobService for Store {
    type DownloadBlobStream = tokio_stream::Iter<std::vec::IntoIter<Chunk>>;

    async fn stat_blob(&self, _: Request<v1::StatBlobRequest>) -> Result<Response<v1::StatBlobResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn upload_blob(
        &self,
        _: Request<Streaming<v1::UploadBlobRequest>>,
    ) -> Result<Response<v1::UploadBlobResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn download_blob(
        &self,
        request: Request<v1::DownloadBlobRequest>,
    ) -> Result<Response<Self::DownloadBlobStream>, Status> {
        let offset = request.into_inner().offset;
        self.offsets.lock().unwrap().push(offset);
        let answer = self.answers.lock().unwrap().pop_front().ok_or_else(|| Status::not_found("no such blob"))?;
        let rest = &self.content[usize::try_from(offset).unwrap()..];
        let size = self.content.len() as u64;
        let chunk = |data: &[u8]| Ok(v1::DownloadBlobResponse { size, data: data.to_vec() });
        let chunks = match answer {
            Answer::Breaks(bytes) => vec![chunk(&rest[..bytes]), Err(Status::unavailable("the network broke"))],
            Answer::Whole => rest.chunks(1000).map(chunk).collect(),
            Answer::Lies => vec![chunk(&vec![0; rest.len()])],
        };
        Ok(Response::new(tokio_stream::iter(chunks)))
    }
}

struct Setup {
    digest: Digest,
    content: Vec<u8>,
    folder: tempfile::TempDir,
    channel: Channel,
    offsets: Arc<Mutex<Vec<u64>>>,
    _server: AbortOnDropHandle<()>,
}

impl Setup {
    async fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let content: Vec<u8> = (0..10_000_u32).flat_map(u32::to_le_bytes).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let offsets = Arc::default();
        let answers = Mutex::new(answers.into_iter().collect());
        let store = Store { content: content.clone(), answers, offsets: Arc::clone(&offsets) };
        let serving = Server::builder()
            .add_service(BlobServiceServer::new(store))
            .serve_with_incoming(TcpListenerStream::new(listener));
        let server = tokio::spawn(async move { serving.await.unwrap() });
        Self {
            digest: Digest::of(&content),
            content,
            folder: tempfile::tempdir().unwrap(),
            channel: Endpoint::from_shared(format!("http://{address}")).unwrap().connect_lazy(),
            offsets,
            _server: AbortOnDropHandle::new(server),
        }
    }

    fn blobs(&self) -> Blobs {
        Blobs::open(self.folder.path(), self.channel.clone()).unwrap()
    }

    fn offsets(&self) -> Vec<u64> {
        self.offsets.lock().unwrap().clone()
    }
}

#[tokio::test]
async fn a_blob_is_fetched_once() {
    let setup = Setup::new([Answer::Whole]).await;
    let path = setup.blobs().fetch(setup.digest).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), setup.content);
    assert_eq!(setup.blobs().fetch(setup.digest).await.unwrap(), path);
    assert_eq!(setup.offsets(), [0]);
}

#[tokio::test]
async fn a_download_goes_on_where_it_broke_off() {
    let setup = Setup::new([Answer::Breaks(7000), Answer::Breaks(0), Answer::Whole]).await;
    let path = setup.blobs().fetch(setup.digest).await.unwrap();
    assert_eq!(std::fs::read(path).unwrap(), setup.content);
    assert_eq!(setup.offsets(), [0, 7000, 7000]);
}

#[tokio::test]
async fn what_is_not_the_blob_is_fetched_again() {
    let setup = Setup::new([Answer::Lies, Answer::Whole]).await;
    let path = setup.blobs().fetch(setup.digest).await.unwrap();
    assert_eq!(std::fs::read(path).unwrap(), setup.content);
    assert_eq!(setup.offsets(), [0, 0]);
}

#[tokio::test]
async fn a_file_that_was_damaged_is_fetched_again() {
    let setup = Setup::new([Answer::Whole, Answer::Whole]).await;
    let path = setup.blobs().fetch(setup.digest).await.unwrap();
    std::fs::write(&path, &setup.content[1..]).unwrap();
    assert_eq!(setup.blobs().fetch(setup.digest).await.unwrap(), path);
    assert_eq!(std::fs::read(path).unwrap(), setup.content);
}

#[tokio::test]
async fn a_blob_that_nobody_has_is_a_named_failure() {
    let setup = Setup::new([]).await;
    let failure = setup.blobs().fetch(setup.digest).await.unwrap_err();
    assert_eq!(failure.code(), FailureCode::BlobUnavailable);
    assert!(failure.to_string().contains("no such blob"), "{failure}");
    assert_eq!(setup.offsets().len(), 1, "asking again would not help");
}
