//! What LangSmith's SDK sent → the record, as snapshots. Reports of one run are put together as the server does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use bytes::Bytes;
use model::telemetry::Span;
use protocol::{
    native::langsmith::{self, LangSmithRows},
    otlp,
};
use support::{capture, context, together};

fn snapshot<T: serde::Serialize>(name: &str, rows: &T) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, { insta::assert_json_snapshot!(name, rows) });
}

fn form(name: &str, is_compressed: bool) -> LangSmithRows {
    let body = capture(name);
    let body = if is_compressed { zstd::decode_all(&body[..]).unwrap() } else { body };
    let boundary: String = body[2..].iter().take_while(|byte| **byte != b'\r').map(|byte| *byte as char).collect();
    langsmith::read_form(&Bytes::from(body), &boundary, &context()).unwrap()
}

fn spans_of(all: Vec<LangSmithRows>) -> Vec<Span> {
    let mut reports = Vec::new();
    for rows in all {
        assert_eq!(rows.rows.rejected, []);
        assert!(rows.unplaced.is_empty() && rows.attachments.is_empty());
        reports.extend(rows.rows.spans);
    }
    together(reports)
}

#[test]
fn wrapped_openai_over_zstd() {
    let spans = spans_of(vec![form("069_langsmith-multipart-zstd_POST_runs_multipart.bin", true)]);
    snapshot("069_langsmith_wrap_openai", &spans);
}

#[test]
fn feedback_in_a_form() {
    let rows = form("070_langsmith-multipart-zstd_POST_runs_multipart.bin", true).rows;
    assert_eq!((rows.rejected.len(), rows.spans.len()), (0, 0));
    snapshot("070_langsmith_feedback", &rows.scores.iter().map(|score| score.row.clone()).collect::<Vec<_>>());
}

#[test]
fn langgraph_over_zstd() {
    snapshot("071_langsmith_langgraph", &spans_of(vec![form("071_langsmith-multipart-zstd_POST_runs_multipart.bin", true)]));
}

/// The same program again, where runs that are over when they are sent are sent once.
#[test]
fn uncompressed_forms_cut_at_other_places() {
    let names = ["074", "075", "076"].map(|number| format!("{number}_langsmith-multipart-nozstd_POST_runs_multipart.bin"));
    snapshot("074_langsmith_uncompressed", &spans_of(names.iter().map(|name| form(name, false)).collect()));
    assert_eq!(form("077_langsmith-multipart-nozstd_POST_runs_multipart.bin", false).rows.scores.len(), 1);
}

#[test]
fn wrapped_anthropic() {
    snapshot("155_langsmith_wrap_anthropic", &spans_of(vec![form("155_anthropic-via-langsmith_POST_runs_multipart.bin", true)]));
}

#[test]
fn batches_without_forms() {
    let batch = |number: &str| {
        let body = capture(&format!("{number}_langsmith-batch-nomulti-nozstd_POST_runs_batch.json"));
        langsmith::read_batch(&Bytes::from(body), &context()).unwrap()
    };
    snapshot("174_langsmith_batches", &spans_of(["174", "175", "176", "177"].map(batch).into()));
}

#[test]
fn feedback_by_itself() {
    let body = capture("178_langsmith-batch-nomulti-nozstd_POST_feedback.json");
    let rows = langsmith::read_feedback(&Bytes::from(body), &context()).unwrap().rows;
    snapshot("178_langsmith_feedback", &rows.scores.iter().map(|score| score.row.clone()).collect::<Vec<_>>());
}

#[test]
fn otel_mode() {
    let body = Bytes::from(capture("078_langsmith-otel_POST_otel_v1_traces.bin"));
    let normalised = otlp::spans(otlp::decode_traces(body, otlp::Encoding::Protobuf).unwrap(), &context());
    assert_eq!(normalised.rejected, []);
    snapshot("078_langsmith_otel", &normalised.rows.iter().map(|incoming| incoming.row.clone()).collect::<Vec<_>>());
}
