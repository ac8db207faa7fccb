//! Which Redis, and the connection that publisher, cache and health share.

use redis::{Client, IntoConnectionInfo, aio::ConnectionManager, aio::ConnectionManagerConfig};
use std::{fmt, time::Duration};

/// A server that has not accepted a connection by then is away.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// A server that has not answered by then is away.
pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(1);
/// Waits between attempts to reach a server that is away: soon back after a restart, no storm during an outage.
pub(crate) const FIRST_RETRY: Duration = Duration::from_millis(50);
pub(crate) const LAST_RETRY: Duration = Duration::from_secs(2);

/// The URL is not repeated in the message: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the Redis URL cannot be used: {0}; expected redis://[user:password@]host[:port][/database]")]
pub struct InvalidRedisUrl(String);

/// A Redis server. Cheap to clone; prints as host and port only.
#[derive(Clone)]
pub struct RedisServer {
    client: Client,
    manager: ConnectionManager,
}

impl RedisServer {
    /// Reads the URL; connects on first use. Must be called inside a Tokio runtime.
    pub fn new(url: &str) -> Result<Self, InvalidRedisUrl> {
        let client = Self::parse(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(RESPONSE_TIMEOUT))
            // A failed attempt is answered at once; the next use makes the next attempt.
            .set_number_of_retries(0);
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config).map_err(|error| invalid(&error))?;
        Ok(Self { client, manager })
    }

    pub(crate) fn parse(url: &str) -> Result<Client, InvalidRedisUrl> {
        let info = url.into_connection_info().map_err(|error| invalid(&error))?;
        Client::open(info).map_err(|error| invalid(&error))
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn connection(&self) -> ConnectionManager {
        self.manager.clone()
    }
}

impl fmt::Display for RedisServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.client.get_connection_info().addr().fmt(f)
    }
}

fn invalid(error: &redis::RedisError) -> InvalidRedisUrl {
    InvalidRedisUrl(error.category().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn secrets_are_not_printed() {
        let server = RedisServer::new("redis://user:hunter2@127.0.0.1:1/0").unwrap();
        assert_eq!(server.to_string(), "127.0.0.1:1");
        for url in ["redis://user:hunter2@:x/", "http://user:hunter2@host/", "hunter2", "redis://user:hunter2@host/hunter2"] {
            let error = RedisServer::parse(url).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }
}
