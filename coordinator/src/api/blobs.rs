//! Blobs: images and weights, up and down in chunks.

use cotejo_channel::BLOB_CHUNK_BYTES;
use cotejo_model::Digest;
use cotejo_model::reason::UploadReason;
use cotejo_proto::v1;
use cotejo_proto::v1::blob_service_server::BlobService;
use cotejo_proto::v1::upload_blob_request::Message;
use tokio::fs::File;
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Response, Status, Streaming};

use super::{Api, blob, refused};

/// Chunks that are read ahead of a client.
const READ_AHEAD: usize = 2;

type Chunk = Result<v1::DownloadBlobResponse, Status>;

fn digest(text: &str) -> Result<Digest, Status> {
    text.parse().map_err(|error| Status::invalid_argument(format!("digest `{text}`: {error}")))
}

/// Reads the file to its end, as fast as the client takes it.
async fn send_chunks(mut file: File, size: u64, client: mpsc::Sender<Chunk>) {
    let mut first = true;
    loop {
        let mut data = Vec::with_capacity(BLOB_CHUNK_BYTES);
        let read = (&mut file).take(BLOB_CHUNK_BYTES as u64).read_to_end(&mut data).await;
        let message = match read {
            // An empty rest is one empty chunk, which carries the size.
            Ok(0) if !first => return,
            Ok(_) => Ok(v1::DownloadBlobResponse { size, data }),
            Err(error) => Err(Status::internal(format!("the blob cannot be read: {error}"))),
        };
        first = false;
        let failed = message.is_err();
        if client.send(message).await.is_err() || failed {
            return;
        }
    }
}

#[tonic::async_trait]
impl BlobService for Api {
    type DownloadBlobStream = ReceiverStream<Chunk>;

    async fn stat_blob(&self, request: Request<v1::StatBlobRequest>) -> Result<Response<v1::StatBlobResponse>, Status> {
        let digest = digest(&request.into_inner().digest)?;
        let complete = self.blobs.size(digest).await.map_err(blob)?;
        let bytes = match complete {
            Some(size) => size,
            None => self.blobs.partial(digest).await.map_err(blob)?,
        };
        Ok(Response::new(v1::StatBlobResponse { complete: complete.is_some(), bytes }))
    }

    async fn upload_blob(
        &self,
        request: Request<Streaming<v1::UploadBlobRequest>>,
    ) -> Result<Response<v1::UploadBlobResponse>, Status> {
        let mut messages = request.into_inner();
        let Some(v1::UploadBlobRequest { message: Some(Message::Start(start)) }) = messages.message().await? else {
            return Err(Status::failed_precondition("the first message of an upload must be its start"));
        };
        let digest = digest(&start.digest)?;
        if self.blobs.size(digest).await.map_err(blob)?.is_some() {
            return Ok(Response::new(v1::UploadBlobResponse {}));
        }
        let mut upload = self.blobs.upload(digest, start.size, start.offset).await.map_err(blob)?;
        loop {
            match messages.message().await {
                Ok(Some(v1::UploadBlobRequest { message: Some(Message::Data(data)) })) => {
                    upload.write(&data).await.map_err(blob)?;
                }
                Ok(Some(_)) => return Err(Status::invalid_argument("data must follow the start of an upload")),
                Ok(None) => break,
                Err(status) => {
                    // What arrived stays, and the upload goes on from there.
                    upload.finish().await.map_err(blob)?;
                    return Err(status);
                }
            }
        }
        if upload.finish().await.map_err(blob)? {
            Ok(Response::new(v1::UploadBlobResponse {}))
        } else {
            Err(refused(Code::Aborted, UploadReason::EndedEarly))
        }
    }

    async fn download_blob(
        &self,
        request: Request<v1::DownloadBlobRequest>,
    ) -> Result<Response<Self::DownloadBlobStream>, Status> {
        let request = request.into_inner();
        let digest = digest(&request.digest)?;
        let (size, file) = self.blobs.read(digest, request.offset).await.map_err(blob)?;
        let (client, stream) = mpsc::channel(READ_AHEAD);
        tokio::spawn(send_chunks(file, size, client));
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}
