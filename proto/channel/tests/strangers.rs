//! What a client makes of addresses where something else than a coordinator answers, or nobody.

use std::time::Duration;

use cotejo_channel::{Address, ChannelError, connect};
use cotejo_proto::v1::GetStatusRequest;
use cotejo_proto::v1::status_service_client::StatusServiceClient;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const WITHIN: Duration = Duration::from_secs(5);

/// What asking the program behind this address for its status ends with.
async fn asked(address: &Address) -> ChannelError {
    let channel = match connect(address, WITHIN).await {
        Ok(channel) => channel,
        Err(error) => return error,
    };
    let status = StatusServiceClient::new(channel).get_status(GetStatusRequest {}).await.unwrap_err();
    ChannelError::of_status(&status).unwrap_or_else(|| panic!("it passes for a coordinator: {status:?}"))
}

/// A program that answers every connection with these bytes.
async fn answering(bytes: &'static [u8]) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let mut heard = [0; 24];
            connection.read_exact(&mut heard).await.unwrap();
            connection.write_all(bytes).await.unwrap();
            // Until the other end has had enough.
            let _ = connection.read_to_end(&mut Vec::new()).await;
        }
    });
    address.into()
}

#[tokio::test]
async fn a_web_server_is_no_coordinator() {
    let address = answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(asked(&address).await, ChannelError::NotCoordinator);
}

#[tokio::test]
async fn a_mail_server_is_no_coordinator() {
    let address = answering(b"220 mail.example.org ESMTP ready, how can I help you\r\n").await;
    assert_eq!(asked(&address).await, ChannelError::NotCoordinator);
}

#[tokio::test]
async fn a_web_server_that_speaks_http_2_is_no_coordinator() {
    // SETTINGS, its acknowledgement, and HEADERS of stream 1: END_STREAM, END_HEADERS, `:status: 404` of the static table.
    let address = answering(&[
        0, 0, 0, 4, 0, 0, 0, 0, 0, // no settings
        0, 0, 0, 4, 1, 0, 0, 0, 0, // yours are fine
        0, 0, 1, 1, 5, 0, 0, 0, 1, 0x8d,
    ])
    .await;
    assert_eq!(asked(&address).await, ChannelError::NotCoordinator);
}

#[tokio::test]
async fn where_nobody_listens_the_system_says_why() {
    // Bound and dropped: nobody listens there.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let ChannelError::Unreachable { detail } = asked(&address.into()).await else { panic!("somebody answers") };
    assert!(!detail.is_empty() && detail != "transport error", "{detail}");
}
