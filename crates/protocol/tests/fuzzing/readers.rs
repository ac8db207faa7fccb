//! Every parser of the crate behind one call: a body of a format in, how many rows it gave out.

use super::seeds::Seed;
use bytes::Bytes;
use protocol::{
    IngestContext, ingest_api, multipart,
    native::{deepeval, langfuse, langsmith, litellm, mlflow, openai_agents, opik, phoenix},
    otlp::{self, Encoding},
    provider,
};
use serde_json::{Value, json};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Format {
    OtlpTraces(bool),
    OtlpLogs(bool),
    OtlpMetrics(bool),
    IngestApi,
    Langfuse,
    LangfuseScore,
    LangSmithForm,
    LangSmithJson,
    Opik,
    OpikScores,
    OpikItems,
    OpikPrompt,
    DeepEval,
    DeepEvalRun,
    LiteLlm,
    OpenAiAgents,
    MlflowTraceInfo,
    MlflowTraceData,
    MlflowAssessment,
    PhoenixAnnotations,
    ProviderBody,
    ProviderStream,
    PythonRepr,
}

impl Format {
    /// What a recorded body is, by the address in its name.
    pub(crate) fn of_fixture(name: &str, is_json: bool) -> Option<Self> {
        let has = |piece: &str| name.contains(piece);
        Some(if has("LogsService") || has("v1_logs") {
            Self::OtlpLogs(is_json)
        } else if has("MetricsService") || has("v1_metrics") {
            Self::OtlpMetrics(is_json)
        } else if has("deepeval") && has("test_run") {
            Self::DeepEvalRun
        } else if has("deepeval") && is_json && has("traces") {
            Self::DeepEval
        } else if has("ingestion") {
            Self::Langfuse
        } else if has("api_public_scores") {
            Self::LangfuseScore
        } else if has("runs_multipart") {
            Self::LangSmithForm
        } else if has("runs_batch") || has("POST_feedback") {
            Self::LangSmithJson
        } else if has("opik") && has("feedback_scores") {
            Self::OpikScores
        } else if has("opik") {
            Self::Opik
        } else if has("litellm_generic") {
            Self::LiteLlm
        } else if has("phoenix") && has("annotations") {
            Self::PhoenixAnnotations
        } else if has("v1_traces_ingest") {
            Self::OpenAiAgents
        } else if has("POST_api_3_0_mlflow_traces") {
            Self::MlflowTraceInfo
        } else if has("artifacts_traces_json") {
            Self::MlflowTraceData
        } else if has("TraceService") || has("traces.") || has("otel_v1_traces") {
            Self::OtlpTraces(is_json)
        } else {
            return None;
        })
    }

    fn encoding(is_json: bool) -> Encoding {
        if is_json { Encoding::Json } else { Encoding::Protobuf }
    }
}

/// What no recording is of: our own API, providers' answers whole and streamed, Python's writing of values.
pub(crate) fn made_seeds() -> Vec<Seed> {
    let seed = |format, value: Value| Seed { format, bytes: value.to_string().into_bytes(), json: Some(value) };
    let text = |format, text: &str| Seed { format, bytes: text.as_bytes().to_vec(), json: None };
    vec![
        seed(
            Format::IngestApi,
            json!({"provider": "openai", "model": "gpt-4o", "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
                "response": {"choices": [{"message": {"content": "ok", "tool_calls": [{"id": "1", "function": {"name": "f", "arguments": "{}"}}]}}]},
                "input_tokens": 5, "cached_input_tokens": 2, "cost_usd": "0.01", "timestamp": "2026-11-23T10:00:00Z", "tags": ["a"]}),
        ),
        seed(
            Format::OpikItems,
            json!({"dataset_name": "d", "items": [{"id": "01a20764-4e91-71fc-8a35-39e2d9472823", "source": "sdk", "data": {"question": "q", "expected_output": {"a": [1]}},
                "description": "x", "trace_id": "01a20764-4e91-71fc-8a35-39e2d9472824"}, {"data": {"input": null, "expected_output": null}}]}),
        ),
        seed(
            Format::OpikPrompt,
            json!({"name": "greet", "template_structure": "chat", "version": {"template": "[{\"role\": \"user\", \"content\": \"Hi {{name}}\"}]", "metadata": {"a": 1}, "type": "jinja2",
                "tags": ["t"], "change_description": "c"}, "template": "Hi", "metadata": {}, "description": "d"}),
        ),
        seed(
            Format::MlflowAssessment,
            json!({"assessment": {"assessment_name": "relevance", "span_id": "0102030405060708", "source": {"source_type": "LLM_JUDGE", "source_id": "judge-1"},
                "create_time": "2026-11-23T10:00:00Z", "feedback": {"value": 0.75, "error": {"error_code": "x"}}, "rationale": "because", "metadata": {"a": "b"}}}),
        ),
        seed(
            Format::ProviderBody,
            json!({"id": "chatcmpl-1", "model": "gpt-4o", "choices": [{"message": {"role": "assistant", "content": "hi", "tool_calls": [{"id": "c", "type": "function",
                "function": {"name": "f", "arguments": "{\"a\":1}"}}]}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 100, "completion_tokens": 20,
                "total_tokens": 120, "prompt_tokens_details": {"cached_tokens": 64}, "completion_tokens_details": {"reasoning_tokens": 8}}}),
        ),
        seed(
            Format::ProviderBody,
            json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "content": [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "hi"},
                {"type": "tool_use", "id": "t", "name": "f", "input": {"a": 1}}], "usage": {"input_tokens": 30, "cache_creation_input_tokens": 50, "cache_creation":
                {"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 10}, "cache_read_input_tokens": 1000, "output_tokens": 25, "server_tool_use": {"web_search_requests": 1}}}),
        ),
        seed(
            Format::ProviderBody,
            json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}, {"functionCall": {"name": "f", "args": {}}}]}, "finishReason": "STOP"}],
                "usageMetadata": {"promptTokenCount": 100, "cachedContentTokenCount": 64, "candidatesTokenCount": 12, "thoughtsTokenCount": 8, "totalTokenCount": 120}}),
        ),
        text(
            Format::ProviderStream,
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"c\",\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n\
             data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n\
             data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"hi\"}}\r\n\r\n\
             data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":25}}\n\ndata: [DONE]\n\n",
        ),
        text(
            Format::ProviderStream,
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\"\"}}]}}]}\n\n\
             data: {\"id\":\"c\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n",
        ),
        text(
            Format::ProviderStream,
            "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hi\"}]}}]}\n,\n{\"usageMetadata\":{\"promptTokenCount\":3}}]",
        ),
        text(Format::PythonRepr, "{'audio': 0, 'cache_read': 64, 'x': None, 'y': True, 'z': [1, (2.5, 'a\\'b')]}"),
        text(Format::PythonRepr, "Usage(completion_tokens=20, details=Details(reasoning=8, text=None), extra={'a': b'x'})"),
    ]
}

/// Reads a body as what it is said to be. Answers how many rows came of it. Each row of what can be decoded is taken or rejected by name.
pub(crate) fn read(format: Format, body: Bytes, context: &IngestContext) -> usize {
    match format {
        Format::OtlpTraces(is_json) => otlp::decode_traces(body, Format::encoding(is_json)).map_or(0, |request| {
            let sent: usize = request.groups.iter().map(|group| group.rows.len()).sum();
            let read = otlp::spans(request, context);
            assert_eq!(read.rows.len() + read.rejected.len(), sent);
            sent
        }),
        Format::OtlpLogs(is_json) => otlp::decode_logs(body, Format::encoding(is_json)).map_or(0, |request| {
            let sent: usize = request.groups.iter().map(|group| group.rows.len()).sum();
            let read = otlp::log_records(request, context);
            assert_eq!(read.rows.len() + read.rejected.len(), sent);
            sent
        }),
        Format::OtlpMetrics(is_json) => {
            otlp::decode_metrics(body, Format::encoding(is_json)).map_or(0, |request| otlp::metric_points(request, context).rows.len())
        }
        Format::IngestApi => with_json(&body, |value| {
            let call = ingest_api::llm_call(value.clone(), context).is_ok();
            let others = [
                ingest_api::app_log(value.clone(), context).is_ok(),
                ingest_api::metric(value.clone(), context).is_ok(),
                ingest_api::score(value, context).is_ok(),
            ];
            usize::from(call) + others.into_iter().filter(|read| *read).count()
        }),
        Format::Langfuse => langfuse::read_ingestion(&body, context).map_or(0, |_| 1),
        Format::LangfuseScore => with_json(&body, |value| match value {
            Value::Array(items) => items.into_iter().filter(|item| langfuse::read_score(item.clone(), context).is_ok()).count(),
            other => usize::from(langfuse::read_score(other, context).is_ok()),
        }),
        Format::LangSmithForm => {
            let boundary = boundary_of(&body);
            // Also as a plain form, whose parts are nobody's yet.
            drop(multipart::read_form(&body, &boundary));
            langsmith::read_form(&body, &boundary, context).map_or(0, |_| 1)
        }
        Format::LangSmithJson => {
            let read = langsmith::read_batch(&body, context).is_ok();
            let one = langsmith::read_run(&body, None, context).is_ok();
            usize::from(read) + usize::from(one) + usize::from(langsmith::read_feedback(&body, context).is_ok())
        }
        Format::Opik => [opik::Entity::Spans, opik::Entity::Traces]
            .into_iter()
            .map(|entity| {
                let batch = opik::read_batch(entity, &body, context).map_or(0, |read| read.reports.len());
                batch
                    + opik::read_one(entity, &body, Some("01a2076c-e7f5-797c-af37-34045c089e6d"), context)
                        .map_or(0, |read| read.reports.len())
            })
            .sum(),
        Format::OpikScores => opik::read_scores(opik::Scored::Traces, &body, context).map_or(0, |read| read.scores.len()),
        Format::OpikItems => opik::read_items(&body).map_or(0, |(items, _)| items.len()),
        Format::OpikPrompt => usize::from(opik::new_prompt(&body).is_ok()) + usize::from(opik::new_prompt_version(&body).is_ok()),
        Format::DeepEval => with_json(&body, |value| usize::from(deepeval::trace(value, None, context).is_ok())),
        Format::DeepEvalRun => with_json(&body, |value| {
            let goldens = deepeval::goldens(value.clone(), false).is_ok();
            usize::from(goldens) + usize::from(deepeval::test_run(value, None, context).is_ok())
        }),
        Format::LiteLlm => litellm::calls(&body, context).map_or(0, |rows| rows.spans.len()),
        Format::OpenAiAgents => openai_agents::read(&body, context).map_or(0, |rows| rows.spans.len()),
        Format::MlflowTraceInfo => with_json(&body, |value| usize::from(mlflow::read_trace_info(&value).is_ok())),
        Format::MlflowTraceData => mlflow::read_trace_data(&body, context).map_or(0, |read| read.rows.len()),
        Format::MlflowAssessment => with_json(&body, |value| {
            let read = mlflow::read_assessment(&value, "tr-01a2076ce7f5797caf3734045c089e6d", "a-1".to_owned(), context);
            read.map_or(0, |mut score| usize::from(mlflow::amend_assessment(&value, &mut score, context).is_ok()))
        }),
        Format::PhoenixAnnotations => with_json(&body, |value| {
            let all = [phoenix::About::Spans, phoenix::About::Documents, phoenix::About::Traces, phoenix::About::Sessions];
            let read = all
                .into_iter()
                .filter_map(|about| phoenix::read_annotations(about, value.clone()).ok())
                .map(|read| read.len())
                .sum::<usize>();
            read + usize::from(phoenix::read_note(value).is_ok())
        }),
        Format::ProviderBody => with_json(&body, |value| {
            let usage = provider::usage(&value).is_some();
            let request = provider::request(value.clone()).is_some();
            drop(provider::usage_in_tail(&body));
            usize::from(usage) + usize::from(request) + usize::from(provider::response(value).is_some())
        }),
        Format::ProviderStream => {
            let mut readers = [provider::StreamReader::of_events(), provider::StreamReader::of_json_list()];
            // Cut where a network might.
            for piece in body.chunks(1 + body.len() % 97) {
                readers.iter_mut().for_each(|reader| {
                    reader.feed(piece);
                });
            }
            readers.into_iter().map(|reader| usize::from(reader.finish().response.is_some())).sum()
        }
        Format::PythonRepr => std::str::from_utf8(&body).map_or(0, |text| {
            drop(provider::usage_from_text(text));
            usize::from(provider::repr::value(text).is_some())
        }),
    }
}

fn with_json(body: &[u8], read: impl FnOnce(Value) -> usize) -> usize {
    if protocol::check_json_values(body).is_err() {
        return 0;
    }
    serde_json::from_slice(body).map_or(0, read)
}

/// As the body's first line has it.
fn boundary_of(body: &[u8]) -> String {
    let line = body.split(|byte| *byte == b'\r' || *byte == b'\n').next().unwrap_or_default();
    String::from_utf8_lossy(line.strip_prefix(b"--").unwrap_or(line)).into_owned()
}
