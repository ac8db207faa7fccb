//! What the caller gets is what the provider sent, and the other way round.

use crate::{
    canned::{Canned, CannedUpstream},
    harness::Proxy,
};
use axum::http::StatusCode;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use std::io::Write;

const CHAT: &str = "/proxy/up/v1/chat/completions";
const EVENTS: (&str, &str) = ("content-type", "text/event-stream; charset=utf-8");

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn pieces(body: &[u8], size: usize) -> Vec<Vec<u8>> {
    body.chunks(size).map(<[u8]>::to_vec).collect()
}

/// Three events and the end: 100 tokens in, 20 out.
pub(crate) const STREAM: &str = concat!(
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"},\"finish_reason\":null}]}\n\n",
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20,\"total_tokens\":120}}\n\n",
    "data: [DONE]\n\n"
);
/// The same, coded by Google's brotli.
const STREAM_AS_BROTLI: &str = "GwwBQBwFbmtDXj+B0FrzE/gI4uG9lfoLCVFIQjcTCmN31/6uFVhg+iATjjThkYfZQf/0gL2gam1tYfEv4fWAt4ufD/+3XMiwiEK/d/tBMmrCu2t6WNEkAT4JbO60nRdWNjUIqHn7d5h4W8eU5ieihpSESet9zr7fxOHzkks0U0eKoXJU4+z+wdp/a5wF";

/// Sends one call directly and one through the proxy, and holds the answers against each other.
async fn compare(what: &str, canned: Canned) {
    let upstream = CannedUpstream::start(canned).await;
    let proxy = Proxy::start(&[format!("up={}", upstream.origin)], |_| {}).await;
    let body = json!({"model": "m", "stream": true, "messages": [{"role": "user", "content": "hé"}]});
    let request = |url: String| {
        let request = proxy.client.post(url).bearer_auth("sk").header("accept-encoding", "gzip, br, zstd").header("x-custom", "kept");
        request.header("x-telltale-session-id", "s").json(&body)
    };
    let direct = request(format!("{}/v1/chat/completions?a=1&b=%20", upstream.origin)).send().await.unwrap();
    let proxied = request(proxy.url(&format!("{CHAT}?a=1&b=%20"))).send().await.unwrap();

    assert_eq!(proxied.status(), direct.status(), "{what}");
    let ours = ["x-telltale-trace-id", "x-telltale-span-id", "content-security-policy", "x-content-type-options", "date"];
    let headers = |answer: &reqwest::Response| {
        let mut headers: Vec<_> = answer.headers().iter().filter(|(name, _)| !ours.contains(&name.as_str())).collect();
        headers.sort_by_key(|(name, _)| name.as_str());
        format!("{headers:?}")
    };
    assert_eq!(headers(&proxied), headers(&direct), "{what}");
    assert_eq!(proxied.bytes().await.ok(), direct.bytes().await.ok(), "{what}");

    let seen = upstream.seen();
    assert_eq!((&seen[1].method, &seen[1].uri, &seen[1].body), (&seen[0].method, &seen[0].uri, &seen[0].body), "{what}");
    let mut expected = seen[0].headers.clone();
    expected.remove("x-telltale-session-id");
    assert_eq!(seen[1].headers, expected, "{what}");
}

#[tokio::test]
async fn answers_are_the_same_with_and_without_the_proxy() {
    let ok = Canned { status: StatusCode::OK, ..Canned::default() };
    let json = ("content-type", "application/json");
    let whole = json!({"id": "c", "choices": [{"message": {"role": "assistant", "content": "é".repeat(5_000)}}]}).to_string().into_bytes();
    for (what, canned) in [
        ("events", Canned { headers: vec![EVENTS], pieces: pieces(STREAM.as_bytes(), 7), ..ok.clone() }),
        ("compressible JSON", Canned { headers: vec![json, ("x-request-id", "req_1")], pieces: pieces(&whole, 1_000), ..ok.clone() }),
        ("known length", Canned { headers: vec![json, ("content-length", "2")], pieces: vec![b"{}".to_vec()], ..ok.clone() }),
        ("gzip", Canned { headers: vec![json, ("content-encoding", "gzip")], pieces: pieces(&gzip(&whole), 100), ..ok.clone() }),
        ("nothing", Canned { headers: vec![("content-length", "0")], ..ok.clone() }),
        (
            "a page",
            Canned {
                status: StatusCode::BAD_GATEWAY,
                headers: vec![("content-type", "text/html")],
                pieces: vec![b"<h1>502</h1>".to_vec()],
                breaks: false,
            },
        ),
        (
            "plain text",
            Canned {
                status: StatusCode::NOT_FOUND,
                headers: vec![("content-type", "text/plain")],
                pieces: vec![b"no".to_vec()],
                breaks: false,
            },
        ),
        (
            "no type",
            Canned {
                status: StatusCode::TOO_MANY_REQUESTS,
                headers: vec![("retry-after", "7")],
                pieces: vec![vec![0, 159, 146]],
                breaks: false,
            },
        ),
    ] {
        compare(what, canned).await;
    }
}

#[tokio::test]
async fn every_coding_is_read_for_the_record() {
    let brotli = BASE64_STANDARD.decode(STREAM_AS_BROTLI).unwrap();
    for (coding, body) in [("gzip", gzip(STREAM.as_bytes())), ("zstd", zstd::encode_all(STREAM.as_bytes(), 3).unwrap()), ("br", brotli)] {
        let headers = vec![EVENTS, ("content-encoding", coding)];
        let upstream = CannedUpstream::start(Canned { status: StatusCode::OK, headers, pieces: pieces(&body, 9), breaks: false }).await;
        let proxy = Proxy::start(&[format!("up={}", upstream.origin)], |_| {}).await;
        // The request is coded too, as some clients do.
        let request = proxy.client.post(proxy.url(CHAT)).header("content-encoding", "gzip").header("content-type", "application/json");
        let coded = gzip(json!({"model": "m", "messages": [{"role": "user", "content": "hi"}]}).to_string().as_bytes());
        let span = proxy.record_of(request.body(coded.clone())).await;
        assert_eq!(upstream.seen()[0].body, coded, "{coding}");
        assert_eq!((span.usage.input_tokens, span.usage.output_tokens), (Some(100), Some(20)), "{coding}");
        assert_eq!((span.request_model.as_deref(), &span.quality[..]), (Some("m"), &["unpriced_model".to_owned()][..]), "{coding}");
        assert_eq!(json!(span.payload.output.unwrap())[0]["parts"][0]["text"], "Hello", "{coding}");
    }
}

#[tokio::test]
async fn pieces_arrive_before_the_next_ones_are_sent() {
    let (upstream, sender) = CannedUpstream::driven(vec![EVENTS]).await;
    let proxy = Proxy::start(&[format!("up={}", upstream.origin)], |_| {}).await;
    let body = json!({"model": "m", "stream": true, "messages": []});
    let call = proxy.post(CHAT, &body).send();
    let first = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    sender.send(first).unwrap();
    let mut answer = call.await.unwrap();
    assert_eq!(answer.chunk().await.unwrap().unwrap(), first);
    for piece in ["data: {\"choices\":[{\"index\":0,", "\"delta\":{\"content\":\"lo\"},\"finish_reason\":\"stop\"}]}\n", "\n"] {
        // Sent only now that everything before has arrived.
        sender.send(piece).unwrap();
        assert_eq!(answer.chunk().await.unwrap().unwrap(), piece);
    }
    drop(sender);
    assert_eq!(answer.chunk().await.unwrap(), None);
    let spans = proxy.spans().await;
    assert_eq!(json!(spans[0].payload.output.as_ref().unwrap())[0]["parts"][0]["text"], "Hello");
}
