"""The OpenAI Agents SDK, unmodified: its own exporter, and OpenTelemetry's instrumentation of it."""

import pytest

# The fake provider: 100 input tokens (64 of them cached), 20 output tokens (8 of them reasoning).
GPT_USD = "0.0000222"
# Without the cached part, which the instrumentation does not tell.
GPT_USD_WITHOUT_DETAILS = "0.000027"

EXPORTER = pytest.mark.client("OpenAI Agents (Python), exporter", environment="openai-agents", package="openai-agents")
OTEL = pytest.mark.client(
    "OpenAI Agents (Python), OpenTelemetry", environment="openai-agents", package="opentelemetry-instrumentation-openai-agents-v2"
)
pytestmark = [EXPORTER]
WAYS = [pytest.param("exporter", marks=EXPORTER), pytest.param("otel", marks=OTEL)]


@pytest.fixture(scope="module", params=WAYS)
def way(request):
    return request.param


@pytest.fixture(scope="module")
def spans(way, client, telltale, provider_url):
    """Every span with its payload, by name of the root span of its trace."""
    before = trace_ids(telltale)
    client.run(
        "openai_agents_calls.py",
        way,
        TELLTALE_URL=telltale.url,
        OPENAI_BASE_URL=provider_url + "/v1",
        OTEL_SEMCONV_STABILITY_OPT_IN="gen_ai_latest_experimental",
        OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT="span_and_event",
    )
    by_trace = {}
    for trace in trace_ids(telltale) - before:
        found = [telltale.get(f"/api/v1/spans/{trace}/{span['span_id']}") for span in telltale.get(f"/api/v1/traces/{trace}")["spans"]]
        root = next(span for span in found if span["parent_span_id"] is None)
        by_trace[root["name"]] = found
    return by_trace


def trace_ids(telltale):
    return {trace["trace_id"] for trace in telltale.get("/api/v1/traces", limit=1000)["items"]}


def calls(spans, name):
    found = [span for span in spans[name] if span["kind"] == "llm" and span["billed"]]
    return sorted(found, key=lambda span: span["start_time"])


@pytest.mark.shows("traces")
def test_a_workflow_is_a_tree_of_agents_and_calls(way, spans):
    assert {name: len(calls(spans, name)) for name in spans} == {"responses": 2, "stream": 2, "chat": 1, "error": 1}
    root = next(span for span in spans["responses"] if span["parent_span_id"] is None)
    assert (root["kind"], root["name"]) == ("workflow", "responses")
    (agent,) = [span for span in spans["responses"] if span["kind"] == "agent"]
    assert agent["agent"] == "Weather"
    if way == "exporter":
        first = min(span["start_time"] for span in spans["responses"] if span is not root)
        last = max(span["end_time"] for span in spans["responses"] if span is not root)
        assert (root["start_time"], root["end_time"]) == (first, last)


@pytest.mark.shows("messages")
def test_what_was_said_is_shown_where_the_sdk_tells_it(way, spans):
    (call,) = calls(spans, "chat")
    assert call["input"][-1] == {"role": "user", "parts": [{"type": "text", "text": "hi"}]}
    assert call["output"][0]["parts"] == [{"type": "text", "text": "Hello, the weather in Paris is sunny."}]
    asks, _ = calls(spans, "responses")
    if way == "exporter":
        # Of the responses API the exporter tells neither the model nor what was said.
        assert (asks["input"], asks["output"], asks["request_model"], asks["response_model"]) == (None, None, None, None)


@pytest.mark.shows("tools")
def test_tools_their_arguments_and_results(way, spans):
    (tool,) = [span for span in spans["responses"] if span["kind"] == "tool"]
    call = {"type": "tool_call", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert (tool["tool"], tool["input"][0]["parts"], tool["output"][0]["parts"]) == (
        "get_weather",
        [call],
        [{"type": "tool_result", "result": "sunny"}],
    )
    if way == "otel":
        asks, _ = calls(spans, "responses")
        assert asks["output"][0]["parts"] == [call | {"id": "call_abc123"}]


@pytest.mark.shows("streaming")
def test_streamed_runs_read_like_others(spans):
    assert [call["usage"]["total_tokens"] for call in calls(spans, "stream")] == [120, 120]


@pytest.mark.shows("usage", "cost")
def test_tokens_are_exact_where_the_sdk_tells_enough(way, spans):
    for call in calls(spans, "responses") + calls(spans, "stream") + calls(spans, "chat"):
        usage, cost = call["usage"], call["cost"]
        assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (100, 20, 120)
        if way == "otel":
            assert (usage["split"], usage["cache_read"], cost["total_usd"]) == ("assumed", None, GPT_USD_WITHOUT_DETAILS)
            continue
        assert (usage["split"], usage["cache_read"], usage["output_reasoning"]) == ("exact", 64, 8)
        # No price without a model, and none is guessed.
        known = call["name"] == "generation"
        assert (cost["total_usd"], cost["source"]) == ((GPT_USD, "computed") if known else (None, "unknown"))


@pytest.mark.shows("errors")
def test_a_failed_call_says_why(spans):
    (call,) = calls(spans, "error")
    assert call["status"] == "error" and "gpt-err404" in call["error_message"] and call["usage"]["total_tokens"] is None


@pytest.mark.shows("sessions")
@pytest.mark.parametrize("way", [WAYS[0]], indirect=True)
def test_the_group_is_the_session_of_its_calls(way, telltale, spans):
    assert all(call["session_id"] == "conv-1" for call in calls(spans, "responses") + calls(spans, "stream"))
    assert all(call["user_id"] == "user-1" for call in calls(spans, "responses"))
    sessions = telltale.get("/api/v1/sessions", limit=100)["items"]
    (session,) = [session for session in sessions if session["session_id"] == "conv-1"]
    assert (session["requests"], session["total_tokens"]) == (4, 480)


@pytest.mark.gap("sessions", "the instrumentation sends neither the group nor the metadata of a trace")
@pytest.mark.parametrize("way", [WAYS[1]], indirect=True)
def test_the_instrumentation_names_no_session(way, spans):
    assert all(call["session_id"] is None for call in calls(spans, "responses"))
