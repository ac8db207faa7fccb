//! What DeepEval says of a model call beside its messages: model, prompt, tokens, prices per token, times of tokens.

use super::fields::Fields;
use crate::{
    numbers::{self, token_count},
    provider,
    provider_name::provider_name,
    usage::ReportedUsage,
};
use model::{
    Timestamp,
    telemetry::{Message, Part, Span},
};
use serde_json::Value;

/// Who "says" a tool definition.
const TOOL_DEFINITION: &str = "Tool Input";

/// What DeepEval writes when it could not find out the model.
const NO_MODEL: &str = "NA";

pub(super) fn read(span: &mut Span, fields: &mut Fields) {
    span.request_model = fields.text("model").filter(|model| model != NO_MODEL);
    read_call(span, fields);
    set_stream_aside(span, fields);
    span.provider = fields.text("provider").map(|name| provider_name(&name));
    read_prompt(span, fields);
    span.time_to_first_token_ms = first_token_ms(fields.get("tokenIntervals"), span.start_time);
    let reported = ReportedUsage {
        input: fields.take_as("inputTokenCount", token_count),
        output: fields.take_as("outputTokenCount", token_count),
        ..Default::default()
    };
    // The prices stay with the attributes: they say what the amount was made of.
    let price = |name: &str| fields.get(name).and_then(numbers::unit_price);
    span.cost.reported_usd =
        numbers::usd_of_units(&[(reported.input, price("costPerInputToken")), (reported.output, price("costPerOutputToken"))]);
    let split = reported.split();
    split.notes.iter().for_each(|note| span.note(note));
    span.usage = split.usage;
}

/// A patched client whose messages DeepEval could not read is told by what it was called with: `{args: [], kwargs: {model, messages, …}}`.
fn read_call(span: &mut Span, fields: &mut Fields) {
    let request = |input: &Value| {
        let has_no_args = input.get("args").is_some_and(|args| args.as_array().is_some_and(Vec::is_empty));
        (has_no_args && input.as_object()?.len() == 2).then(|| provider::request(input.get("kwargs")?.clone())).flatten()
    };
    if let Some(request) = fields.take_as("input", request) {
        request.fill(span);
    }
}

/// Of a stream that its patched clients handed out, DeepEval sends the connection in place of an answer.
fn set_stream_aside(span: &mut Span, fields: &mut Fields) {
    let is_connection = |output: &Value| output.get("response")?.get("is_stream_consumed").map(|_| output.clone());
    if let Some(connection) = fields.take_as("output", is_connection) {
        fields.put("stream", connection);
        span.note("stream_not_recorded");
    }
}

/// LangChain's tool definitions, which its handler puts among the messages, one each, in Python's writing.
pub(super) fn take_tools(span: &mut Span) {
    let Some(input) = &mut span.payload.input else { return };
    let read = |message: &Message| match (message.role.as_str(), message.parts.as_slice()) {
        (TOOL_DEFINITION, [Part::Text { text }]) => provider::repr::value(text),
        _ => None,
    };
    let tools: Vec<Value> = input.iter().filter_map(read).collect();
    if !tools.is_empty() && span.payload.tools.is_none() {
        input.retain(|message| read(message).is_none());
        span.payload.tools = Some(Value::Array(tools));
    }
}

/// A prompt is known by its version where it has one, else by the hash of its commit.
fn read_prompt(span: &mut Span, fields: &mut Fields) {
    let legacy = |name: &str, fields: &Fields| fields.get("prompt")?.get(name)?.as_str().map(str::to_owned);
    span.prompt_name = fields.text("promptAlias").or_else(|| legacy("alias", fields));
    let version = fields.text("promptVersion").or_else(|| legacy("version", fields));
    let hash = |fields: &Fields| fields.get("promptCommitHash").and_then(Value::as_str).map(str::to_owned);
    span.prompt_version = version.or_else(|| hash(fields)).or_else(|| legacy("hash", fields));
}

/// `tokenIntervals` is an object from times to tokens.
fn first_token_ms(intervals: Option<&Value>, start: Timestamp) -> Option<f64> {
    let first = intervals?.as_object()?.keys().filter_map(|time| time.parse::<Timestamp>().ok()).min()?;
    let nanos = first.as_nanos().checked_sub(start.as_nanos()).filter(|nanos| *nanos >= 0)?;
    Some(nanos as f64 / 1e6)
}
