//! What Opik's SDK sent → the record, as snapshots. Reports of one span are put together as the server does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Score, Span};
use protocol::native::opik::{self, Entity, ScoreRows, Scored};
use std::io::Read;
use support::{capture, context, together};

fn body(name: &str) -> Vec<u8> {
    let body = capture(name);
    if !body.starts_with(&[0x1f, 0x8b]) {
        return body;
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap();
    plain
}

fn snapshot<T: serde::Serialize>(name: &str, rows: &T) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(name, rows) });
}

fn merged(requests: &[(Entity, &str, Option<&str>)]) -> Vec<Span> {
    let mut reports = Vec::new();
    for (entity, name, changed) in requests {
        let body = body(name);
        let read = match changed {
            None => opik::read_batch(*entity, &body, &context()).unwrap(),
            Some(id) => opik::read_one(*entity, &body, Some(id), &context()).unwrap(),
        };
        assert_eq!(read.rejected, []);
        reports.extend(read.reports);
    }
    together(reports)
}

#[test]
fn a_decorated_application() {
    let requests = [
        (Entity::Spans, "095_opik-py_POST_api_v1_private_spans_batch.bin", None),
        (Entity::Traces, "096_opik-py_POST_api_v1_private_traces_batch.bin", None),
        (Entity::Spans, "098_opik-py_POST_api_v1_private_spans_batch.bin", None),
        (Entity::Traces, "099_opik-py_POST_api_v1_private_traces_batch.bin", None),
    ];
    let spans = merged(&requests);
    snapshot("095_opik_decorated", &spans);
    let mut others = requests;
    others.swap(0, 1);
    others.swap(2, 3);
    let mut swapped = merged(&others);
    let key = |span: &Span| (span.trace_id, span.span_id);
    swapped.sort_by_key(key);
    let mut sorted = spans;
    sorted.sort_by_key(key);
    assert_eq!(sorted, swapped, "traces and spans may come in any order");
}

/// An update of a trace and of a span came before what they update.
#[test]
fn updates_before_their_subjects() {
    let (trace, span) = ("01a2076c-e7f4-7038-8fc4-96cd85f309d5", "01a2076c-e7f5-797c-af37-34045c089e6d");
    let spans = merged(&[
        (Entity::Spans, "100_opik-py_PATCH_ivate_spans_01a2076c_e7f5_797c_af37_34045c089e6d.json", Some(span)),
        (Entity::Traces, "101_opik-py_PATCH_vate_traces_01a2076c_e7f4_7038_8fc4_96cd85f309d5.json", Some(trace)),
        (Entity::Traces, "102_opik-py_POST_api_v1_private_traces_batch.json", None),
        (Entity::Spans, "103_opik-py_POST_api_v1_private_spans_batch.bin", None),
    ]);
    snapshot("100_opik_updates_first", &spans);
}

#[test]
fn feedback_scores() {
    let read = |name: &str| opik::read_scores(Scored::Traces, &body(name), &context()).unwrap();
    let names =
        ["097_opik-py_PUT_api_v1_private_traces_feedback_scores.json", "104_opik-py_PUT_api_v1_private_traces_feedback_scores.json"];
    let rows: Vec<ScoreRows> = names.map(read).into();
    assert!(rows.iter().all(|rows| rows.rejected.is_empty()));
    let scores: Vec<Score> = rows.into_iter().flat_map(|rows| rows.scores).map(|sent| sent.score).collect();
    snapshot("097_opik_scores", &scores);
}
