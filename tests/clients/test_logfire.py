"""Logfire's SDK, unmodified, with pydantic-ai agents and the instrumented OpenAI SDK."""

import pytest

pytestmark = [pytest.mark.client("Logfire + pydantic-ai (Python)", environment="logfire", package="pydantic-ai-slim")]

# The fake provider: 100 input tokens (64 of them cached), 20 output tokens (8 of them reasoning).
GPT_USD = "0.0000222"
# 30 + 1000 cached + 40 and 10 written to the cache, 25 out, and one web search for a cent.
CLAUDE_USD = "0.010975"


@pytest.fixture(scope="module")
def spans(client, telltale, provider_url):
    """Every span with its payload, by name of the root span of its trace."""
    before = trace_ids(telltale)
    client.run(
        "logfire_calls.py",
        TELLTALE_URL=telltale.url,
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


def calls(spans, name):
    found = [span for span in spans[name] if span["kind"] == "llm" and span["billed"]]
    return sorted(found, key=lambda span: span["start_time"])


def named(spans, trace, name):
    (one,) = [span for span in spans[trace] if span["name"] == name]
    return one


@pytest.mark.shows("traces")
def test_each_call_is_one_request_although_three_libraries_report_it(spans):
    assert set(spans) == {"tools of bob", "stream", "anthropic", "error", "openai", "openai stream"}
    assert {name: len(calls(spans, name)) for name in spans} == {
        "tools of bob": 2,
        "stream": 2,
        "anthropic": 1,
        "error": 1,
        "openai": 1,
        "openai stream": 1,
    }
    for name in spans:
        assert not any(span.get("running") for span in spans[name])
    agent = named(spans, "tools of bob", "invoke_agent weather_agent")
    assert (agent["kind"], agent["agent"], agent["billed"], agent["usage"]["input_tokens"]) == ("agent", "weather_agent", False, 200)
    assert (agent["service"], agent["environment"]) == ("weather", "test")
    assert named(spans, "tools of bob", "tools of bob")["attributes"]["who"] == "bob"


@pytest.mark.shows("messages")
def test_what_was_said_is_shown(spans):
    first, _ = calls(spans, "tools of bob")
    said = [(message["role"], message["parts"][0]["text"]) for message in first["input"]]
    assert said == [("system", "Be brief"), ("user", "What is the weather in Paris?")]
    agent = named(spans, "tools of bob", "invoke_agent weather_agent")
    assert agent["output"][0]["parts"] == [{"type": "text", "text": "Hello, the weather in Paris is sunny."}]
    assert [message["role"] for message in agent["input"]] == ["system", "user", "assistant", "user"]


@pytest.mark.shows("tools")
def test_tools_their_calls_and_results(spans):
    asks, told = calls(spans, "tools of bob")
    call = {"type": "tool_call", "id": "call_abc123", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert asks["output"][0]["parts"] == [call]
    assert asks["tools"][0]["name"] == "get_weather"
    result = {"type": "tool_result", "id": "call_abc123", "result": "sunny"}
    assert told["input"][-1]["parts"] == [result]
    tool = named(spans, "tools of bob", "execute_tool get_weather")
    assert (tool["kind"], tool["tool"], tool["input"][0]["parts"], tool["output"][0]["parts"]) == ("tool", "get_weather", [call], [result])


@pytest.mark.shows("streaming")
def test_streams_are_one_call_with_its_usage(spans):
    for call in calls(spans, "stream"):
        assert 0 < float(call["time_to_first_token_ms"]) <= float(call["duration_ms"])
        assert call["usage"]["total_tokens"] == 120
    # Without an agent around it, the usage comes in a log of its own after the span has ended.
    (call,) = calls(spans, "openai stream")
    assert call["name"].startswith("Chat Completion") and call["quality"] == ["usage_of_other_report"]


@pytest.mark.shows("usage", "cost")
def test_tokens_and_cost_are_exact(spans):
    for name in ("tools of bob", "stream", "openai", "openai stream"):
        for call in calls(spans, name):
            usage = call["usage"]
            assert (usage["input_uncached"], usage["cache_read"], usage["output_text"], usage["output_reasoning"]) == (36, 64, 12, 8)
            assert (usage["split"], call["cost"]["total_usd"], call["cost"]["source"]) == ("exact", GPT_USD, "computed")
    (call,) = calls(spans, "anthropic")
    usage = call["usage"]
    assert (usage["input_uncached"], usage["cache_read"], usage["cache_write_5m"], usage["cache_write_1h"]) == (30, 1000, 40, 10)
    assert (usage["output_tokens"], usage["web_searches"], call["cost"]["total_usd"]) == (25, 1, CLAUDE_USD)
    assert call["cost"]["reported_usd"] == CLAUDE_USD


@pytest.mark.shows("errors")
def test_a_failed_call_says_why(spans):
    (call,) = calls(spans, "error")
    assert (call["status"], call["request_model"]) == ("error", "gpt-err404")
    assert "gpt-err404" in call["error_message"] and call["usage"]["total_tokens"] is None
    log = named(spans, "error", "no such model: gpt-err404")
    assert (log["status"], log["error_message"], log["tags"]) == ("error", "no such model: gpt-err404", ["bad"])


@pytest.mark.shows("sessions")
def test_conversations_are_sessions(spans):
    assert all(call["session_id"] == "conv-9" for call in calls(spans, "tools of bob"))
