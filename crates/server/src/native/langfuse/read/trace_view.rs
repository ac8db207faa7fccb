//! The spans of a trace as Langfuse's trace, with its observations.

use super::view::{DEFAULT_ENVIRONMENT, id_of, is_trace, money_json, observation_json, seconds, text_attribute, trace_id_of};
use model::{
    ProjectId, SpanId,
    query::TraceSummary,
    telemetry::{Attributes, Span},
};
use protocol::langfuse;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// A trace: totals over all of it, and as many of its spans as are asked for, its root among them.
pub(super) struct TraceView {
    pub summary: TraceSummary,
    /// By start.
    pub spans: Vec<Span>,
}

impl TraceView {
    /// What the trace is called after: the span that stands for it, or the first one without a parent, or the first.
    fn root(&self) -> Option<&Span> {
        let stands_for_trace = self.spans.iter().find(|span| is_trace(span));
        stands_for_trace.or_else(|| self.spans.iter().find(|span| span.parent_span_id.is_none())).or_else(|| self.spans.first())
    }

    /// The trace itself.
    pub(super) fn json(&self, project: ProjectId) -> Value {
        let root = self.root();
        let said = |name: &str| self.spans.iter().find_map(|span| text_attribute(span, name));
        let id = root.map_or_else(|| self.summary.trace_id.to_hex(), trace_id_of);
        let tags: BTreeSet<&str> = self.spans.iter().flat_map(|span| &span.tags).map(String::as_str).collect();
        let public = self.spans.iter().any(|span| span.payload.attributes.get(langfuse::PUBLIC) == Some(&json!(true)));
        let (input, output) = root.map_or((Value::Null, Value::Null), trace_io);
        let metadata: Attributes = root.map(|root| root.payload.metadata.clone()).unwrap_or_default();
        json!({
            "id": id, "timestamp": self.summary.start_time, "name": said(langfuse::TRACE_NAME).or_else(|| root.map(|root| root.name.clone())),
            "projectId": project, "input": input, "output": output, "sessionId": self.summary.session_id, "userId": self.summary.user_id,
            "release": self.spans.iter().find_map(|span| span.release.clone()),
            "version": root.and_then(|root| text_attribute(root, langfuse::VERSION)), "metadata": metadata, "tags": tags, "public": public,
            "environment": self.summary.environment.as_deref().unwrap_or(DEFAULT_ENVIRONMENT), "bookmarked": self.summary.bookmarked,
            "createdAt": self.summary.start_time, "updatedAt": self.summary.end_time.unwrap_or(self.summary.start_time),
            "htmlPath": format!("/traces/{}", self.summary.trace_id), "latency": seconds(self.summary.start_time, self.summary.end_time),
            "totalCost": self.summary.total_cost_usd.map_or(json!(0), money_json),
        })
    }

    pub(super) fn observations(&self, project: ProjectId) -> Vec<Value> {
        let ids: HashMap<SpanId, Option<String>> =
            self.spans.iter().map(|span| (span.span_id, (!is_trace(span)).then(|| id_of(span)))).collect();
        let parent = |span: &Span| {
            let parent = span.parent_span_id?;
            // The span that stands for the trace is nobody's parent there.
            ids.get(&parent).cloned().unwrap_or_else(|| Some(parent.to_hex()))
        };
        self.spans.iter().filter(|span| !is_trace(span)).map(|span| observation_json(span, parent(span), project)).collect()
    }

    pub(super) fn observation_ids(&self) -> Vec<String> {
        self.spans.iter().filter(|span| !is_trace(span)).map(id_of).collect()
    }
}

/// What the trace was given and gave, where that is told apart from its root.
fn trace_io(root: &Span) -> (Value, Value) {
    let told = |name: &str| root.payload.attributes.get(name).map(parsed);
    let input = told("langfuse.trace.input").unwrap_or_else(|| langfuse::input_of_span(root));
    (input, told("langfuse.trace.output").unwrap_or_else(|| langfuse::output_of_span(root)))
}

fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(structured @ (Value::Array(_) | Value::Object(_))) => structured,
            _ => value.clone(),
        },
        other => other.clone(),
    }
}
