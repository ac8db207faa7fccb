//! What Logfire sent of pydantic-ai agents, of the OpenAI SDK and of an application's own spans and logs, recorded → rows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of a test stop at the first surprise, as tests do")]

mod support;

use model::telemetry::{Part, Span, SpanKind, Status};
use serde_json::json;
use support::captures::{ANTHROPIC, OPENAI, billed_spans, buckets, metrics, named, snapshot, spans};

const TRACES: [&str; 5] = [
    "080_logfire-pydantic-ai_POST_v1_traces.bin",
    "081_logfire-pydantic-ai_POST_v1_traces.bin",
    "082_logfire-pydantic-ai_POST_v1_traces.bin",
    "083_logfire-pydantic-ai_POST_v1_traces.bin",
    "085_logfire-pydantic-ai_POST_v1_traces.bin",
];

#[test]
fn all_requests_together() {
    let spans = billed_spans(&TRACES);
    snapshot("080_logfire-pydantic-ai", &spans);
    assert!(spans.iter().all(|span| !span.running), "every pending span was followed by the real one");

    // Two steps, two streamed steps, Claude, a failure; and without an agent a call, a stream in two pieces, and a response.
    let requests: Vec<&Span> = spans.iter().filter(|span| span.is_request()).collect();
    let told: Vec<_> = requests.iter().map(|span| (span.name.as_str(), span.usage.input_tokens)).collect();
    let (call, stream) = ("Chat Completion with 'gpt-4o-mini'", "streaming response from 'gpt-4o-mini' took 0.25s");
    let mut expected = vec![("chat gpt-4o-mini", Some(100)); 4];
    expected.extend([("chat claude-sonnet-4-5", Some(1080)), ("Chat Completion with 'gpt-err404'", None), (call, Some(100)), (call, None)]);
    expected.extend([(stream, Some(100)), ("Responses API with 'gpt-4o-mini'", Some(100))]);
    assert_eq!(sorted(told), sorted(expected));
    for span in &requests {
        match span.usage.input_tokens {
            Some(100) if span.kind == SpanKind::Llm => assert_eq!(buckets(span)[..2], OPENAI[..2], "{}", span.name),
            Some(_) => assert_eq!((buckets(span), span.usage.buckets.web_searches), (ANTHROPIC, Some(1))),
            None => {}
        }
    }
    let costs: Vec<String> = requests.iter().filter_map(|span| Some(span.cost.reported_usd?.to_string())).collect();
    assert_eq!(costs.iter().filter(|cost| *cost == "0.0000222").count(), 7);
    assert!(costs.contains(&"0.010975".to_owned()));
}

fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

#[test]
fn agents_hold_the_conversation_and_what_their_calls_used() {
    let spans = billed_spans(&TRACES);
    let agents = named(&spans, "invoke_agent weather_agent");
    let [agent, _] = agents.as_slice() else { panic!("{agents:#?}") };
    assert_eq!((agent.kind, agent.agent.as_deref(), agent.session_id.as_deref()), (SpanKind::Agent, Some("weather_agent"), Some("conv-9")));
    assert_eq!((agent.billed, agent.usage.input_tokens, agent.usage.buckets.cache_read), (false, Some(200), Some(128)));
    assert_eq!(agent.payload.input.as_ref().unwrap().len(), 4);
    assert_eq!(agent.payload.output.as_ref().unwrap()[0].parts, [Part::Text { text: "Hello, the weather in Paris is sunny.".into() }]);
    assert_eq!(agent.payload.system.as_ref().unwrap()[0].parts, [Part::Text { text: "Answer briefly".into() }]);
    assert_eq!((agent.service.as_deref(), agent.environment.as_deref()), (Some("lf-app"), Some("dev")));

    let tool = named(&spans, "execute_tool get_weather")[0];
    assert_eq!(
        tool.payload.output.as_ref().unwrap()[0].parts,
        [Part::ToolResult { id: Some("call_abc123".into()), result: json!("sunny") }]
    );
    let failed = named(&spans, "chat gpt-err404")[0];
    assert_eq!((failed.status, failed.error_type.as_deref()), (Status::Error, Some("pydantic_ai.exceptions.ModelNotFoundError")));
}

#[test]
fn a_pending_span_is_the_real_one_running() {
    let rows = spans(TRACES[0]);
    let pending: Vec<&Span> = rows.iter().filter(|span| span.running).collect();
    let [agent, call] = pending.as_slice() else { panic!("{pending:#?}") };
    assert_eq!(
        (agent.name.as_str(), agent.span_id.to_hex().as_str(), agent.parent_span_id),
        ("invoke_agent weather_agent", "1150894b9f8ec567", None)
    );
    assert_eq!((call.parent_span_id, call.end_time, call.duration_ms), (Some(agent.span_id), None, None));
}

#[test]
fn spans_and_logs_of_the_application() {
    let spans = billed_spans(&TRACES[4..]);
    let log = named(&spans, "hello bob")[0];
    assert_eq!(
        (log.kind, &log.payload.attributes["name"], &log.payload.attributes["logfire.msg_template"]),
        (SpanKind::Other, &json!("bob"), &json!("hello {name}"))
    );
    let span = named(&spans, "my span 1")[0];
    assert_eq!((log.parent_span_id, &span.payload.attributes["x"]), (Some(span.span_id), &json!(1)));
    let stream = spans.iter().find(|span| span.name.starts_with("streaming")).unwrap();
    assert_eq!(
        (stream.tags.as_slice(), &stream.payload.attributes["request_data"]),
        (&["LLM".to_owned()][..], &json!({"model": "gpt-4o-mini"}))
    );
}

#[test]
fn metrics_with_exponential_histograms() {
    snapshot("084_logfire-pydantic-ai_metrics", &metrics("084_logfire-pydantic-ai_POST_v1_metrics.bin"));
}
