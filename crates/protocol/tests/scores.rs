//! Scores, comments and bookmarks: what is read, how they are told apart, and what each mistake is answered with.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Score, ScoreKind, ScoreSource, ScoreTarget};
use protocol::ingest_api;
use serde_json::{Value, json};
use support::context;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn with(mut row: Value, changes: Value) -> Value {
    for (name, value) in changes.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn quality(changes: Value) -> Value {
    with(json!({"trace_id": TRACE, "span_id": SPAN, "name": "quality", "value": 0.8}), changes)
}

fn read(row: Value) -> Score {
    let incoming = ingest_api::score(row, &context()).unwrap();
    assert_eq!(incoming.digest, None, "a score that goes back to an earlier value is no resend");
    incoming.row
}

#[test]
fn every_field_has_its_place() {
    let row = json!({
        "score_id": "judge-1", "kind": "score", "target": "span", "trace_id": TRACE, "span_id": SPAN, "name": "quality", "value": 0,
        "label": "bad", "source": "judge", "comment": "rude", "author": "gpt-4o", "metadata": {"rubric": 3, "run": "b"},
        "timestamp": "2026-11-23T10:00:00Z", "ingest_time": "2026-11-23T10:00:00Z", "run": "a", "batch": 7,
    });
    let score = read(row);
    assert_eq!((score.score_id.as_str(), score.kind, score.name.as_str()), ("judge-1", ScoreKind::Score, "quality"));
    assert_eq!(score.target, ScoreTarget::Span { trace_id: TRACE.parse().unwrap(), span_id: SPAN.parse().unwrap() });
    assert_eq!((score.value, score.label.as_deref(), score.source), (Some(0.0), Some("bad"), ScoreSource::Judge));
    assert_eq!((score.comment.as_deref(), score.author.as_deref()), (Some("rude"), Some("gpt-4o")));
    assert_eq!(json!(score.metadata), json!({"rubric": 3, "run": "b", "batch": 7}), "unknown fields are kept, known ones win");
    assert_eq!((score.timestamp.to_string().as_str(), score.deleted), ("2026-11-23T10:00:00Z", false));
    assert_eq!(score.ingest_time, context().received_at);
    // What we answer can be sent again.
    let again = read(serde_json::to_value(&score).unwrap());
    assert_eq!(again, score);
}

#[test]
fn ids_say_what_it_is_about() {
    let trace_id = TRACE.parse().unwrap();
    assert_eq!(read(quality(json!({"span_id": null}))).target, ScoreTarget::Trace { trace_id });
    let session = quality(json!({"span_id": null, "trace_id": null, "session_id": "s 1"}));
    assert_eq!(read(session).target, ScoreTarget::Session { session_id: "s 1".into() });
    // A client's own ids are those of `POST /api/v1/ingest/llm`.
    let own = read(quality(json!({"trace_id": "order/7", "span_id": "call-7"}))).target;
    let expected = (protocol::native_trace_id("ingest_api", "order/7"), protocol::native_span_id("ingest_api", "call-7"));
    assert_eq!(own, ScoreTarget::Span { trace_id: expected.0, span_id: expected.1 });
}

#[test]
fn the_same_judgement_has_the_same_id_and_another_one_another() {
    let first = read(quality(json!({})));
    assert_eq!(first.score_id.len(), 32);
    for same in [json!({"value": 0.1}), json!({"label": "x"}), json!({"timestamp": "2026-11-23T10:00:00Z"}), json!({"comment": "why"})] {
        assert_eq!(read(quality(same.clone())).score_id, first.score_id, "{same}");
    }
    for other in [
        json!({"name": "tone"}),
        json!({"author": "ann"}),
        json!({"source": "human"}),
        json!({"span_id": null}),
        json!({"span_id": "b7ad6b7169203332"}),
    ] {
        assert_ne!(read(quality(other.clone())).score_id, first.score_id, "{other}");
    }
}

#[test]
fn comments_stand_beside_each_other_and_bookmarks_do_not() {
    let comment = |changes: Value| read(with(json!({"kind": "comment", "trace_id": TRACE, "comment": "look"}), changes));
    assert_eq!((comment(json!({})).name.as_str(), comment(json!({})).value), ("comment", None));
    assert_eq!(comment(json!({})).score_id, comment(json!({})).score_id, "a resend changes nothing");
    assert_ne!(comment(json!({})).score_id, comment(json!({"comment": "look again"})).score_id);
    assert_ne!(comment(json!({})).score_id, comment(json!({"timestamp": "2026-11-23T10:00:00Z"})).score_id);
    let bookmark = |changes: Value| read(with(json!({"kind": "bookmark", "trace_id": TRACE, "source": "human"}), changes));
    assert_eq!(bookmark(json!({})).score_id, bookmark(json!({"comment": "for the review"})).score_id);
    assert_ne!(bookmark(json!({})).score_id, bookmark(json!({"author": "ann"})).score_id);
}

#[test]
fn mistakes_name_the_field() {
    for (changes, field) in [
        (json!({"name": null}), "name"),
        (json!({"name": 7}), "name"),
        (json!({"value": null}), "value"),
        (json!({"value": "high"}), "value"),
        (json!({"value": true}), "value"),
        (json!({"kind": "rating"}), "kind"),
        (json!({"kind": "bookmark", "name": null}), "value"),
        (json!({"kind": "bookmark", "name": null, "value": null, "label": "x"}), "label"),
        (json!({"kind": "bookmark", "value": null}), "name"),
        (json!({"kind": "comment", "name": null, "value": null}), "comment"),
        (json!({"kind": "comment", "name": null, "value": null, "comment": " "}), "comment"),
        (json!({"comment": "x".repeat(32 * 1024 + 1)}), "comment"),
        (json!({"score_id": "x".repeat(257)}), "score_id"),
        (json!({"score_id": "000"}), "score_id"),
        (json!({"source": "nobody"}), "source"),
        (json!({"trace_id": null}), "trace_id"),
        (json!({"trace_id": null, "span_id": null}), "trace_id"),
        (json!({"session_id": "s"}), "session_id"),
        (json!({"target": "trace"}), "target"),
        (json!({"metadata": []}), "metadata"),
        (json!({"timestamp": "1999-01-01T00:00:00Z"}), "timestamp"),
    ] {
        let error = ingest_api::score(quality(changes.clone()), &context()).unwrap_err();
        assert_eq!(error.field, field, "{changes}: {error}");
    }
    assert_eq!(ingest_api::score(json!(7), &context()).unwrap_err().field, "body");
}
