//! Codex CLI's spans: the functions of its Rust code, a few of which tell of calls, tools and turns. Which span a call's counts belong
//! to is found out in `agents::codex`.

use super::{Convention, Draft, counts::count};
use crate::{
    agents::codex as agent,
    otlp::resource::ResourceFacts,
    usage::{ReportedUsage, SplitUsage},
};
use model::telemetry::SpanKind;
use serde_json::Value;

pub(super) struct Codex;

impl Convention for Codex {
    fn name(&self) -> &'static str {
        agent::CONVENTION
    }

    fn recognises(&self, draft: &Draft) -> bool {
        let scope = draft.span.payload.attributes.get("otel.scope.name").and_then(Value::as_str);
        scope.is_some_and(|scope| scope.starts_with("codex_"))
    }

    fn read(&self, draft: &mut Draft, facts: &ResourceFacts) {
        let Draft { span, attributes, events, .. } = draft;
        if span.environment.is_none() && facts.environment.is_none() {
            span.environment = facts.rest.get("resource.env").and_then(Value::as_str).map(str::to_owned);
        }
        attributes.fill_text(&mut span.session_id, &["conversation.id"]);
        if span.session_id.is_none() {
            span.session_id = events.iter().find_map(|event| event.attributes.text("conversation.id"));
        }
        attributes.fill_text(&mut span.request_model, &["model"]);
        // An event's name is a place in the source; what happened is an attribute.
        for event in events.iter_mut() {
            if let Some(name) = event.attributes.take_text("event.name") {
                event.name = name;
            }
        }
        if agent::REQUEST_SPANS.contains(&span.name.as_str()) {
            // The same way leads to other addresses, which are no calls of a model.
            if attributes.text("api.path").is_some_and(|path| path.ends_with("/responses")) {
                span.kind = SpanKind::Llm;
                span.operation = Some("chat".to_owned());
            }
        } else if attributes.contains("codex.tool.phase") && attributes.contains("call_id") {
            span.kind = SpanKind::Tool;
            attributes.fill_text(&mut span.tool, &["tool_name"]);
        } else if attributes.contains("codex.turn.token_usage.total_tokens") {
            read_turn(draft);
        } else if attributes.contains("gen_ai.usage.input_tokens") {
            read_call(draft);
        }
    }
}

/// What a turn counted is the sum of its calls.
fn read_turn(draft: &mut Draft) {
    draft.span.kind = SpanKind::Agent;
    draft.span.agent = Some("codex".to_owned());
    let reported = ReportedUsage {
        input: count(draft, &["codex.turn.token_usage.input_tokens"]),
        output: count(draft, &["codex.turn.token_usage.output_tokens"]),
        total: count(draft, &["codex.turn.token_usage.total_tokens"]),
        cache_read: count(draft, &["codex.turn.token_usage.cached_input_tokens"]),
        cache_write: count(draft, &["codex.turn.token_usage.cache_write_input_tokens"]),
        reasoning: count(draft, &["codex.turn.token_usage.reasoning_output_tokens"]),
        ..ReportedUsage::default()
    };
    take(draft, reported.split_inclusive());
    draft.span.billed = false;
}

fn read_call(draft: &mut Draft) {
    draft.span.kind = SpanKind::Llm;
    let reported = ReportedUsage {
        input: count(draft, &["gen_ai.usage.input_tokens"]),
        output: count(draft, &["gen_ai.usage.output_tokens"]),
        total: count(draft, &["codex.usage.total_tokens"]),
        cache_read: count(draft, &["gen_ai.usage.cache_read.input_tokens"]),
        cache_write: count(draft, &["gen_ai.usage.cache_write.input_tokens"]),
        reasoning: count(draft, &["codex.usage.reasoning_output_tokens"]),
        ..ReportedUsage::default()
    };
    take(draft, reported.split_inclusive());
}

fn take(draft: &mut Draft, split: SplitUsage) {
    draft.span.usage = split.usage;
    split.notes.iter().for_each(|note| draft.span.note(note));
}
