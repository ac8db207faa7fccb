//! Local mode: a person on their own machine needs no login. Everything a hostile web page or a rebound name could do is refused.

use super::{
    credential::credential_of,
    origin::{PageOrigin, host_of, page_origin, refuse_form_bodies},
};
use crate::http::{ApiResult, Problem};
use axum::{extract::ConnectInfo, http::request::Parts};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Added by proxies: whoever is behind one is not known to be local.
const FORWARDING_HEADERS: [&str; 9] = [
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-port",
    "x-forwarded-server",
    "x-real-ip",
    "x-client-ip",
];

/// Whether a request may act without a credential while local mode is on. Errors say what stood against it.
pub(super) fn require_local(parts: &Parts) -> ApiResult<()> {
    if !peer_of(parts).is_some_and(|peer| peer.ip().to_canonical().is_loopback()) {
        return Err(refused("the connection does not come from this machine"));
    }
    if FORWARDING_HEADERS.iter().any(|name| parts.headers.contains_key(*name)) {
        return Err(refused("the request came through a proxy"));
    }
    if !host_of(parts).is_some_and(is_local_host) {
        return Err(refused("the Host header is not localhost, 127.0.0.1 or [::1]"));
    }
    if page_origin(parts) == PageOrigin::Foreign {
        return Err(refused("it comes from a page of another origin"));
    }
    // A page cannot send a key to another origin without asking first, so that a form with one comes from a program.
    if credential_of(&parts.headers).is_some() { Ok(()) } else { refuse_form_bodies(&parts.method, &parts.headers) }
}

fn refused(reason: &str) -> Problem {
    Problem::forbidden(format!("a request without a valid key is only taken from this machine: {reason}"))
}

pub(super) fn peer_of(parts: &Parts) -> Option<SocketAddr> {
    parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| *peer)
}

/// `localhost`, 127.0.0.0/8 or `[::1]`, with or without a port. Anything else may be a name that was rebound to loopback.
fn is_local_host(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let is_loopback_v4 = name.parse::<Ipv4Addr>().is_ok_and(|address| IpAddr::V4(address).is_loopback());
    name.eq_ignore_ascii_case("localhost") || is_loopback_v4 || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_cannot_be_rebound_are_local() {
        for host in ["localhost", "LOCALHOST:8001", "127.0.0.1:8001", "127.3.2.1", "[::1]", "[::1]:8001"] {
            assert!(is_local_host(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8001",
            "10.0.0.1",
            "[::2]",
            "::1",
            "localhost:",
            "0x7f.1",
        ] {
            assert!(!is_local_host(host), "{host}");
        }
    }
}
