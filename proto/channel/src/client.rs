//! The end that dials.

use std::time::Duration;

use tonic::transport::{Channel, Endpoint};

use crate::{Address, ChannelError, KEEPALIVE_INTERVAL, KEEPALIVE_TIMEOUT};

/// How to dial the coordinator at this address; connecting may take `within`.
pub fn endpoint(address: &Address, within: Duration) -> Endpoint {
    Endpoint::from(address.uri().clone())
        .connect_timeout(within)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEPALIVE_INTERVAL)
        .keep_alive_timeout(KEEPALIVE_TIMEOUT)
        .keep_alive_while_idle(true)
}

/// Connects to the coordinator at this address.
pub async fn connect(address: &Address, within: Duration) -> Result<Channel, ChannelError> {
    endpoint(address, within).connect().await.map_err(|error| ChannelError::of_transport(&error))
}
