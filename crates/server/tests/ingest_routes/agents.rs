//! Coding agents: what they sent in logs, in spans, or in both, ends in the same calls, counted once, in whatever order it comes.
//! The model that answered was a script: each call of Claude Code counted 30 + 50 written + 1,000 read in, 25 out; of Codex and Gemini
//! CLI 100 in (64 of them cached), 20 out (8 of them thoughts).

use crate::harness::Server;
use model::telemetry::{Span, SpanKind, Status};

fn fixture(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/agents").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn send(server: &Server, file: &str) {
    let path = if file.contains("log") { "/v1/logs" } else { "/v1/traces" };
    let content_type = if file.ends_with(".bin") { "application/x-protobuf" } else { "application/json" };
    let answer = server.post(path, content_type, fixture(file)).await;
    assert_eq!(answer.status, 200, "{file}: {:?}", answer.body);
    let complete = if file.ends_with(".bin") { &b""[..] } else { b"{}" };
    assert_eq!(answer.body, complete, "{file}: nothing is rejected");
}

/// The spans after these requests, with their payloads, by start.
async fn replay(files: &[&str]) -> Vec<Span> {
    let server = Server::new();
    for file in files {
        send(&server, file).await;
    }
    all_spans(&server).await
}

async fn all_spans(server: &Server) -> Vec<Span> {
    let mut spans = Vec::new();
    for summary in server.spans().await.items {
        spans.extend(model::ports::TelemetryStore::span(&server.store, server.project, summary.trace_id, summary.span_id).await.unwrap());
    }
    spans.sort_by_key(|span| (span.start_time, span.span_id));
    spans
}

/// Model calls that are summed.
fn calls(spans: &[Span]) -> Vec<&Span> {
    spans.iter().filter(|span| span.is_request()).collect()
}

fn dollars(spans: &[Span]) -> String {
    let total = calls(spans).iter().filter_map(|call| call.cost.total_usd).fold(model::Money::ZERO, |sum, cost| sum + cost);
    total.to_string()
}

/// What is asked of every way to the same calls.
#[track_caller]
fn assert_claude_calls(spans: &[Span], count: usize, what: &str) {
    let calls = calls(spans);
    assert_eq!(calls.len(), count, "{what}: {:?}", spans.iter().map(|span| (&span.name, span.kind)).collect::<Vec<_>>());
    assert_eq!(spans.iter().filter(|span| span.kind == SpanKind::Llm).count(), count, "{what}: no second report stands beside");
    for call in calls {
        assert_eq!(
            (call.usage.input_tokens, call.usage.output_tokens, call.usage.buckets.cache_read),
            (Some(1080), Some(25), Some(1000)),
            "{what}"
        );
        assert_eq!((call.name.as_str(), call.status), ("claude_code.llm_request", call.status), "{what}");
        assert!(call.session_id.is_some() && call.duration_ms.is_some_and(|duration| duration > 0.0), "{what}: {call:?}");
        assert_eq!(call.request_model.as_deref(), Some("claude-sonnet-4-5"), "{what}");
    }
}

fn exact(spans: &[Span]) -> bool {
    calls(spans).iter().all(|call| (call.usage.buckets.cache_write_5m, call.usage.buckets.cache_write_1h) == (Some(40), Some(10)))
}

const TRACES: &str = "claude-code-2.1.332_traces.json";
const LOGS: &str = "claude-code-2.1.332_logs.json";

#[tokio::test]
async fn claude_code_counts_each_call_once_however_it_is_told() {
    // 30 × 3 + 1,000 × 0.3 + 40 × 3.75 + 10 × 6 + 25 × 15 = 975 millionths a call. The web search of the script is told by nobody but the
    // client's own figure.
    for files in [&[LOGS, TRACES][..], &[TRACES, LOGS], &[LOGS, TRACES, LOGS, TRACES], &["claude-code-2.1.332-untraced_logs.json"]] {
        let spans = replay(files).await;
        let what = format!("{files:?}");
        assert_claude_calls(&spans, 2, &what);
        assert!(exact(&spans), "{what}: both lifetimes are known from the logs: {:?}", calls(&spans)[0].usage);
        assert_eq!(dollars(&spans), "0.00195", "{what}");
        assert!(calls(&spans).iter().all(|call| call.cost.reported_usd.unwrap().to_string() == "0.010975"), "{what}");
        assert!(calls(&spans).iter().all(|call| call.time_to_first_token_ms.is_some()), "{what}");
        let texts: Vec<String> = calls(&spans).iter().map(|call| text(call.payload.output.as_ref())).collect();
        assert_eq!(texts, ["Let me check.", "Hello, the weather in Paris is sunny."], "{what}");
    }
    let spans = replay(&[TRACES]).await;
    assert_claude_calls(&spans, 2, "traces alone");
    assert_eq!(calls(&spans)[0].usage.buckets.cache_write_unknown, Some(50));
    assert_eq!(dollars(&spans), "0.001905", "what was written for an hour counts as five minutes");
}

#[tokio::test]
async fn logs_and_traces_at_the_same_moment_end_in_the_same() {
    for round in 0..20 {
        let server = Server::new();
        if round % 2 == 0 {
            tokio::join!(send(&server, LOGS), send(&server, TRACES));
        } else {
            tokio::join!(send(&server, TRACES), send(&server, LOGS));
        }
        let spans = all_spans(&server).await;
        assert_claude_calls(&spans, 2, "at once");
        assert!(exact(&spans), "round {round}");
    }
}

fn text(messages: Option<&Vec<model::telemetry::Message>>) -> String {
    messages.and_then(|messages| model::telemetry::preview(messages, 200)).unwrap_or_default()
}

#[tokio::test]
async fn a_prompt_of_claude_code_is_a_tree_with_and_without_traces() {
    for files in [&[LOGS, TRACES][..], &["claude-code-2.1.332-untraced_logs.json"]] {
        let spans = replay(files).await;
        let prompt = spans.iter().find(|span| span.kind == SpanKind::Agent).unwrap();
        assert_eq!((prompt.name.as_str(), text(prompt.payload.input.as_ref()).as_str()), ("claude_code.interaction", "run echo hi please"));
        assert_eq!(prompt.parent_span_id, None);
        assert!(calls(&spans).iter().all(|call| call.parent_span_id == Some(prompt.span_id) && call.trace_id == prompt.trace_id));
        let tools: Vec<&Span> = spans.iter().filter(|span| span.kind == SpanKind::Tool).collect();
        assert_eq!(tools.len(), 1, "{files:?}");
        assert_eq!((tools[0].tool.as_deref(), tools[0].parent_span_id), (Some("Bash"), Some(prompt.span_id)));
        assert!(text(tools[0].payload.input.as_ref()).contains("echo hi"));
        assert!(prompt.duration_ms.is_some_and(|duration| duration > 100.0), "{files:?} {:?}", prompt.duration_ms);
    }
    let untraced = replay(&["claude-code-2.1.332-untraced_logs.json"]).await;
    let prompt = untraced.iter().find(|span| span.kind == SpanKind::Agent).unwrap();
    assert_eq!(text(prompt.payload.output.as_ref()), "Hello, the weather in Paris is sunny.");
    assert!(untraced.iter().all(|span| span.quality.iter().all(|note| note != "start_unknown")), "{untraced:?}");
}

#[tokio::test]
async fn subagents_of_claude_code_are_below_the_tool_that_started_them() {
    for files in [
        ["claude-code-2.1.332-subagent_logs.json", "claude-code-2.1.332-subagent_traces.json"],
        ["claude-code-2.1.332-subagent_traces.json", "claude-code-2.1.332-subagent_logs.json"],
    ] {
        let spans = replay(&files).await;
        assert_claude_calls(&spans, 5, "subagent");
        assert!(exact(&spans));
        let of_subagent: Vec<&&Span> =
            spans.iter().filter(|span| span.agent.as_deref() == Some("general-purpose")).collect::<Vec<_>>().leak().iter().collect();
        assert_eq!(of_subagent.len(), 2);
        for call in of_subagent {
            let parent = spans.iter().find(|span| Some(span.span_id) == call.parent_span_id).unwrap();
            assert_eq!(parent.name, "claude_code.tool.execution");
        }
    }
}

#[tokio::test]
async fn calls_of_a_gateway_without_request_ids_are_told_apart_by_what_they_counted() {
    let gateway = ["claude-code-2.1.332-gateway_logs.json", "claude-code-2.1.332-gateway_traces.json"];
    let older = ["128_claude-code_POST_v1_logs.json", "127_claude-code_POST_v1_traces.json"];
    for [logs, traces] in [gateway, older] {
        for files in [&[logs, traces][..], &[traces, logs], &[logs], &[traces], &[logs, logs, traces, traces]] {
            let spans = replay(files).await;
            assert_claude_calls(&spans, 2, &format!("{files:?}"));
        }
    }
    let texts: Vec<String> = calls(&replay(&older).await).iter().map(|call| text(call.payload.output.as_ref())).collect();
    assert_eq!(texts, ["Let me check.", "Hello, the weather in Paris is sunny."], "older versions tell the answer right after its call");
}

#[tokio::test]
async fn every_encoding_of_claude_code_ends_in_the_same() {
    for [logs, traces] in [
        [
            "130_claude-code-grpc_POST_metry_proto_collector_logs_v1_LogsService_Export.bin",
            "131_claude-code-grpc_POST_try_proto_collector_trace_v1_TraceService_Export.bin",
        ],
        ["134_claude-code-protobuf_POST_v1_logs.bin", "133_claude-code-protobuf_POST_v1_traces.bin"],
    ] {
        assert_claude_calls(&replay(&[logs, traces]).await, 2, logs);
    }
}

#[tokio::test]
async fn a_failed_call_of_claude_code_is_one_failed_call() {
    for [logs, traces] in [
        ["claude-code-2.1.332-error_logs.json", "claude-code-2.1.332-error_traces.json"],
        ["137_claude-code-error_POST_v1_logs.json", "136_claude-code-error_POST_v1_traces.json"],
    ] {
        for files in [&[logs, traces][..], &[traces, logs], &[logs], &[traces]] {
            let spans = replay(files).await;
            let [call] = calls(&spans)[..] else { panic!("{files:?}: {spans:?}") };
            let told = (call.status, call.error_type.as_deref(), call.error_message.as_deref(), call.request_model.as_deref());
            assert_eq!(told, (Status::Error, Some("400"), Some("model: bad"), Some("claude-err400")), "{files:?}");
            assert!(call.usage.is_unknown());
        }
    }
}

#[tokio::test]
async fn records_inside_somebody_elses_trace_are_calls_of_that_trace() {
    let spans = replay(&["claude-code-2.1.332-in-a-trace_logs.json"]).await;
    assert_claude_calls(&spans, 2, "a trace was inherited, and is exported by nobody");
    assert!(spans.iter().all(|span| span.trace_id.to_hex() == "0123456789abcdef0123456789abcdef"));
    assert!(calls(&spans).iter().all(|call| call.parent_span_id.unwrap().to_hex() == "00f067aa0ba902b7"));
}

#[tokio::test]
async fn records_stay_records_and_name_the_person() {
    let server = Server::new();
    send(&server, LOGS).await;
    let logs = server.logs().await.items;
    assert_eq!(logs.len(), 11);
    assert!(logs.iter().any(|log| log.message == "claude_code.api_request"));
    let mut body: serde_json::Value = serde_json::from_slice(&fixture(LOGS)).unwrap();
    let attributes = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["attributes"].as_array_mut().unwrap();
    attributes.push(serde_json::json!({"key": "user.email", "value": {"stringValue": "ann@example.com"}}));
    server.post_json("/v1/logs", &body).await;
    assert!(server.logs().await.items.iter().any(|log| log.user_id.as_deref() == Some("ann@example.com")));
}

/// 36 × 1.25 + 64 × 0.125 + 20 × 10 = 253 millionths of a dollar a call.
#[track_caller]
fn assert_codex_calls(spans: &[Span], what: &str) {
    let calls: Vec<&Span> = calls(spans).into_iter().filter(|call| call.usage.total_tokens.is_some_and(|total| total > 0)).collect();
    let shown = || {
        spans.iter().filter(|span| span.kind != SpanKind::Other).map(|span| (&span.name, span.kind, span.billed, span.usage.total_tokens))
    };
    assert_eq!(calls.len(), 2, "{what}: {:?}", shown().collect::<Vec<_>>());
    for call in calls {
        let buckets = call.usage.buckets;
        let counts = (buckets.input_uncached, buckets.cache_read, buckets.output_text, buckets.output_reasoning);
        assert_eq!(counts, (Some(36), Some(64), Some(12), Some(8)), "{what}");
        assert_eq!((call.request_model.as_deref(), call.session_id.is_some()), (Some("gpt-5"), true), "{what}");
        assert!(call.duration_ms.is_some_and(|duration| duration < 10_000.0), "{what}: {:?}", call.duration_ms);
    }
    assert_eq!(dollars(spans), "0.000506", "{what}");
}

#[tokio::test]
async fn codex_counts_each_call_once_however_it_is_told() {
    let (first, second, logs) = ("codex-0.171.0_traces_1.json", "codex-0.171.0_traces_2.json", "codex-0.171.0_logs_1.json");
    // The same over HTTP, where the prompt and its calls come in different requests.
    let (http, http_2) = ("codex-0.171.0-http_traces_1.json", "codex-0.171.0-http_traces_2.json");
    let (http_logs, http_logs_2) = ("codex-0.171.0-http_logs_1.json", "codex-0.171.0-http_logs_2.json");
    for files in [
        &[first, second][..],
        &[first, second, logs],
        &[logs, first, second],
        &[first, logs, second],
        &[http, http_2],
        &[http, http_2, http_logs, http_logs_2],
        &[http_logs, http_logs_2, http, http_2],
        &[http_logs, http, http_logs_2, http_2],
        &[http_logs, http_logs_2],
        &["codex-0.171.0-untraced_logs_1.json"],
    ] {
        assert_codex_calls(&replay(files).await, &format!("{files:?}"));
    }
    let spans = replay(&[first, second, logs]).await;
    // Before the first prompt the connection is warmed up by a call that counts nothing.
    assert_eq!(calls(&spans).len(), 3);
    let turn = spans.iter().find(|span| span.name == "session_task.turn").unwrap();
    assert_eq!((turn.kind, turn.usage.input_tokens, turn.billed), (SpanKind::Agent, Some(200), false), "a sum of its calls");
    let internal = spans.iter().filter(|span| span.tags == ["codex-internal"]).count();
    assert!(internal > 20 && spans.iter().all(|span| span.tags.is_empty() || span.kind == SpanKind::Other), "{internal}");
    let tool = spans.iter().find(|span| span.kind == SpanKind::Tool).unwrap();
    assert_eq!((tool.tool.as_deref(), tool.session_id.is_some()), (Some("exec_command"), true));
    let dispatch = spans.iter().find(|span| span.name == "dispatch_tool_call_with_state").unwrap();
    assert!(text(dispatch.payload.output.as_ref()).contains("hi"), "the records know what went in and out");
}

#[tokio::test]
async fn a_turn_of_codex_is_a_tree_without_traces() {
    let spans = replay(&["codex-0.171.0-untraced_logs_1.json"]).await;
    let turn = spans.iter().find(|span| span.kind == SpanKind::Agent).unwrap();
    assert_eq!((turn.name.as_str(), text(turn.payload.input.as_ref()).as_str()), ("codex.turn", "run echo hi please"));
    let in_turn: Vec<&Span> = spans.iter().filter(|span| span.trace_id == turn.trace_id).collect();
    assert_eq!(in_turn.len(), 4, "the turn, two calls, a tool");
    let tool = spans.iter().find(|span| span.kind == SpanKind::Tool).unwrap();
    assert_eq!((tool.tool.as_deref(), tool.parent_span_id, tool.status), (Some("exec_command"), Some(turn.span_id), Status::Ok));
    assert!(in_turn.iter().filter(|span| span.is_request()).all(|call| call.parent_span_id == Some(turn.span_id)));
    assert!(spans.iter().all(|span| span.environment.as_deref() == Some("dev")));
}

#[tokio::test]
async fn an_older_codex_with_a_provider_of_its_own_has_counts_and_no_price() {
    let spans = replay(&["144_codex-cli_POST_v1_logs.json", "146_codex-cli_POST_v1_logs.json"]).await;
    let calls = calls(&spans);
    assert_eq!(calls.iter().map(|call| call.usage.total_tokens).collect::<Vec<_>>(), [Some(120), Some(120)]);
    assert!(calls.iter().all(|call| call.provider.as_deref() == Some("fake") && call.cost.total_usd.is_none()));
}

#[tokio::test]
async fn gemini_cli_counts_each_call_once_however_it_is_told() {
    let (traces, logs) = ("gemini-cli-0.61.0_traces.json", "gemini-cli-0.61.0_logs.json");
    for (files, split_known) in
        [(&[logs, traces][..], true), (&[traces, logs], true), (&[logs], true), (&[logs, logs, traces, traces], true), (&[traces], false)]
    {
        let spans = replay(files).await;
        let calls = calls(&spans);
        assert_eq!(calls.len(), 2, "{files:?}: {:?}", spans.iter().map(|span| (&span.name, span.kind, span.billed)).collect::<Vec<_>>());
        for call in &calls {
            let buckets = call.usage.buckets;
            if split_known {
                assert_eq!(
                    (buckets.input_uncached, buckets.cache_read, buckets.output_text, buckets.output_reasoning),
                    (Some(36), Some(64), Some(12), Some(8)),
                    "{files:?}"
                );
            } else {
                assert_eq!((buckets.input_uncached, buckets.output_text), (Some(100), Some(12)), "spans tell neither cache nor thoughts");
            }
            assert!(!call.running && call.session_id.is_some() && call.prompt_name.is_none(), "{files:?}");
        }
        assert!(text(calls[1].payload.output.as_ref()).contains("sunny."), "{files:?}: {:?}", calls[1].payload.output);
        if split_known {
            // 36 × 1.25 + 64 × 0.125 + 20 × 10 millionths, twice.
            assert_eq!(dollars(&spans), "0.000506", "{files:?}");
        }
    }
}

#[tokio::test]
async fn a_failed_call_of_gemini_cli_is_one_failed_call() {
    let (traces, logs) = ("gemini-cli-0.61.0-error_traces.json", "gemini-cli-0.61.0-error_logs.json");
    for files in [&[logs, traces][..], &[traces, logs], &[logs]] {
        let spans = replay(files).await;
        let [call] = calls(&spans)[..] else { panic!("{files:?}: {spans:?}") };
        assert_eq!((call.status, call.request_model.as_deref()), (Status::Error, Some("gemini-err400")), "{files:?}");
        assert!(call.error_message.as_ref().unwrap().contains("bad model"), "{files:?}");
    }
    let recorded = replay(&["148_gemini-cli_POST_v1_logs.json", "147_gemini-cli_POST_v1_traces.json"]).await;
    assert_eq!(calls(&recorded).len(), 1);
    assert_eq!(dollars(&recorded), "0.000253");
}

#[tokio::test]
async fn content_in_log_records_fills_the_span_that_they_name() {
    let server = Server::new();
    let path = |name: &str| std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/otlp").join(name)).unwrap();
    let (logs, traces) =
        (path("029_official-openai-v2-default_POST_v1_logs.bin"), path("030_official-openai-v2-default_POST_v1_traces.bin"));
    server.post("/v1/logs", "application/x-protobuf", logs.clone()).await;
    let before = all_spans(&server).await;
    assert!(
        !before.is_empty() && before.iter().all(|span| span.name.contains("not received") && span.usage.is_unknown() && !span.is_request())
    );
    server.post("/v1/traces", "application/x-protobuf", traces.clone()).await;
    let logs_first = all_spans(&server).await;
    assert!(logs_first.iter().all(|span| !span.name.contains("not received")), "{logs_first:?}");
    let call = logs_first.iter().find(|span| span.kind == SpanKind::Llm && span.payload.output.is_some()).unwrap();
    assert_eq!(text(call.payload.output.as_ref()), "Hello, the weather in Paris is sunny.");
    assert_eq!((call.usage.input_tokens, call.name.starts_with("chat")), (Some(100), true));

    let traces_first = Server::new();
    traces_first.post("/v1/traces", "application/x-protobuf", traces).await;
    traces_first.post("/v1/logs", "application/x-protobuf", logs).await;
    let content = |spans: &[Span]| {
        spans.iter().map(|span| (span.span_id, span.payload.input.clone(), span.payload.output.clone(), span.kind)).collect::<Vec<_>>()
    };
    assert_eq!(content(&all_spans(&traces_first).await), content(&logs_first));
}
