//! Addresses to listen on.

use anyhow::Context as _;
use std::{fmt, net::SocketAddr, str::FromStr};
use tokio::net::TcpListener;

/// `ADDR:PORT`; the address is an IP or `localhost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listen(pub SocketAddr);

impl FromStr for Listen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.replace("localhost:", "127.0.0.1:");
        text.parse().map(Listen).map_err(|_| "expected an address and port such as 127.0.0.1:8001, 0.0.0.0:8001 or [::1]:8001".to_owned())
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `ADDR:PORT` or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OptionalListen {
    Off,
    At(Listen),
}

impl FromStr for OptionalListen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("off") { Ok(Self::Off) } else { text.parse().map(Self::At) }
    }
}

pub(crate) async fn bind(address: SocketAddr, setting: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another process using the port? Choose another with {setting}"))
}

/// A second way for OTLP, at the port where SDKs look for it by default.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtlpPort {
    name: &'static str,
    default_port: u16,
    setting: &'static str,
}

pub(crate) const OTLP_HTTP: OtlpPort = OtlpPort { name: "OTLP/HTTP", default_port: 4318, setting: "--otlp-http" };
pub(crate) const OTLP_GRPC: OtlpPort = OtlpPort { name: "OTLP/gRPC", default_port: 4317, setting: "--otlp-grpc" };

/// A default port that is taken is only a warning: the main port takes OTLP too.
pub(crate) async fn bind_otlp(port: OtlpPort, choice: Option<OptionalListen>, main: SocketAddr) -> anyhow::Result<Option<TcpListener>> {
    let OtlpPort { name, default_port, setting } = port;
    match choice {
        Some(OptionalListen::Off) => Ok(None),
        Some(OptionalListen::At(Listen(address))) => bind(address, setting).await.map(Some),
        None => {
            let address = SocketAddr::new(main.ip(), default_port);
            match TcpListener::bind(address).await {
                Ok(listener) => Ok(Some(listener)),
                Err(error) => {
                    tracing::warn!(%address, %error, "the default {name} port is taken; send to the main port, or choose another with {setting}");
                    Ok(None)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_written() {
        assert_eq!("localhost:80".parse::<Listen>().unwrap().to_string(), "127.0.0.1:80");
        assert_eq!("off".parse(), Ok(OptionalListen::Off));
        assert!("8001".parse::<Listen>().unwrap_err().contains("127.0.0.1:8001"));
    }

    #[tokio::test]
    async fn an_explicit_port_that_is_taken_is_an_error_that_names_the_setting() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        for port in [OTLP_HTTP, OTLP_GRPC] {
            let error = bind_otlp(port, Some(OptionalListen::At(Listen(address))), address).await.unwrap_err();
            assert!(error.to_string().contains(port.setting), "{error}");
        }
    }
}
