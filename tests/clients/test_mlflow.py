"""MLflow Tracing, unmodified, as an exporter of OpenTelemetry: OpenAI and Anthropic by autolog, and an application's own functions."""

import pytest

pytestmark = [
    pytest.mark.client("MLflow (Python), OTLP", environment="mlflow", package="mlflow-tracing"),
    pytest.mark.gap("sessions", "in OTLP mode MLflow 3.17 loses the root span of a trace that is given a session"),
]

# The fake provider: 100 input tokens (64 of them cached), 20 output tokens (8 of them reasoning).
GPT_USD = "0.0000222"
# 30 + 1000 cached + 40 and 10 written to the cache, 25 out, and one web search for a cent.
CLAUDE_USD = "0.010975"


@pytest.fixture(scope="module")
def spans(client, telltale, provider_url):
    """Every span with its payload, by name of the root span of its trace."""
    before = trace_ids(telltale)
    client.run(
        "mlflow_calls.py",
        "otlp",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=telltale.url + "/v1/traces",
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL="http/protobuf",
        # Without one it looks for a local store, which the small package lacks.
        MLFLOW_TRACKING_URI=telltale.url,
        MLFLOW_DISABLE_TELEMETRY="true",
        OPENAI_BASE_URL=provider_url + "/v1",
        ANTHROPIC_BASE_URL=provider_url,
    )
    by_trace = {}
    for trace in trace_ids(telltale) - before:
        found = [telltale.get(f"/api/v1/spans/{trace}/{span['span_id']}") for span in telltale.get(f"/api/v1/traces/{trace}")["spans"]]
        root = next(span for span in found if span["parent_span_id"] is None)
        by_trace[root["name"]] = found
    return by_trace


def trace_ids(telltale):
    return {trace["trace_id"] for trace in telltale.get("/api/v1/traces", limit=1000)["items"]}


def call_of(spans, name):
    (call,) = [span for span in spans[name] if span["kind"] == "llm"]
    return call


@pytest.mark.shows("traces")
def test_functions_and_calls_are_a_tree(spans):
    assert set(spans) == {"agent", "stream", "responses", "anthropic", "anthropic stream", "embeddings", "error"}
    root = next(span for span in spans["agent"] if span["parent_span_id"] is None)
    assert (root["kind"], root["agent"]) == ("agent", "agent")
    assert sorted(span["kind"] for span in spans["agent"] if span["parent_span_id"] == root["span_id"]) == ["llm", "tool"]


@pytest.mark.shows("messages")
def test_what_was_said_is_shown(spans):
    call = call_of(spans, "stream")
    assert call["input"] == [{"role": "user", "parts": [{"type": "text", "text": "hi"}]}]
    assert call["output"][0]["parts"] == [{"type": "text", "text": "Hello, the weather in Paris is sunny."}]


@pytest.mark.shows("tools")
def test_tools_their_calls_and_results(spans):
    call = call_of(spans, "agent")
    asked = {"type": "tool_call", "id": "call_abc123", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert call["output"][0]["parts"] == [asked] and call["tools"][0]["function"]["name"] == "get_weather"
    (tool,) = [span for span in spans["agent"] if span["kind"] == "tool"]
    assert (tool["tool"], tool["output"][0]["parts"]) == ("get_weather", [{"type": "tool_result", "result": {"t": 21}}])


@pytest.mark.shows("streaming")
def test_streams_tell_when_the_first_piece_came(spans):
    call = call_of(spans, "stream")
    assert 0 < float(call["time_to_first_token_ms"]) <= float(call["duration_ms"])


@pytest.mark.shows("usage", "cost")
def test_tokens_and_cost_are_exact(spans):
    for name in ("agent", "stream", "responses"):
        usage = call_of(spans, name)["usage"]
        assert (usage["input_uncached"], usage["cache_read"], usage["output_text"], usage["output_reasoning"]) == (36, 64, 12, 8)
        assert (usage["split"], call_of(spans, name)["cost"]["total_usd"]) == ("exact", GPT_USD)
    claude = call_of(spans, "anthropic")
    usage = claude["usage"]
    assert (usage["input_uncached"], usage["cache_read"], usage["cache_write_5m"], usage["cache_write_1h"]) == (30, 1000, 40, 10)
    assert (usage["web_searches"], claude["cost"]["total_usd"]) == (1, CLAUDE_USD)


def test_usage_that_mlflow_does_not_tell_is_unknown(spans):
    usage = call_of(spans, "anthropic stream")["usage"]
    assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (None, None, None)


@pytest.mark.shows("errors")
def test_a_failed_call_says_why(spans):
    call = call_of(spans, "error")
    assert call["status"] == "error" and "gpt-err404" in call["error_message"] and call["usage"]["total_tokens"] is None
