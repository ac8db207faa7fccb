"""The Vercel AI SDK, unmodified, with its own telemetry: versions 5, 6 and 7."""

import os
import pathlib

import pytest

# The fake provider: 100 input tokens (64 of them cached), 20 output tokens (8 of them reasoning).
GPT_USD = "0.0000222"
# What version 5 tells of a call that is not streamed: no cached part.
GPT_USD_WITHOUT_DETAILS = "0.000027"
# 30 + 1000 cached + 40 and 10 written to the cache, 25 out, and one web search for a cent.
CLAUDE_USD = "0.010975"


def client_of(version):
    return pytest.mark.client(f"Vercel AI SDK {version[1:]}", environment="vercel-ai", package=f"ai-{version}", language="javascript")


pytestmark = [client_of("v6")]
VERSIONS = [pytest.param(version, marks=client_of(version)) for version in ("v5", "v6", "v7")]


@pytest.fixture(scope="module", params=VERSIONS)
def version(request):
    return request.param


@pytest.fixture(scope="module")
def spans(version, client, telltale, provider_url):
    """Every span of the version with its payload, by name of the root span of its trace."""
    path = os.environ["PATH"]
    if version == "v7":
        # It needs a newer Node.js than the one that may be installed.
        newer = [str(node.parent) for node in client.folder.glob("node_modules/node-*/bin/node")]
        path = os.pathsep.join([*newer, path])
    before = trace_ids(telltale)
    client.run(
        "vercel_ai_calls.mjs",
        version,
        PATH=path,
        OTEL_EXPORTER_OTLP_ENDPOINT=telltale.url,
        OPENAI_BASE_URL=provider_url + "/v1",
        ANTHROPIC_BASE_URL=provider_url + "/v1",
    )
    by_trace = {}
    for trace in trace_ids(telltale) - before:
        found = [telltale.get(f"/api/v1/spans/{trace}/{span['span_id']}") for span in telltale.get(f"/api/v1/traces/{trace}")["spans"]]
        root = next(span for span in found if span["parent_span_id"] is None)
        by_trace[root["name"]] = found
    return by_trace


def trace_ids(telltale):
    return {trace["trace_id"] for trace in telltale.get("/api/v1/traces", limit=1000)["items"]}


def calls(spans, name, kind="llm"):
    found = [span for span in spans[name] if span["kind"] == kind and span["billed"]]
    return sorted(found, key=lambda span: span["start_time"])


@pytest.mark.shows("traces")
def test_each_call_is_one_request_below_what_made_it(spans):
    assert [len(calls(spans, name)) for name in ("tools", "stream", "responses", "anthropic", "anthropic stream", "error")] == [2, 1, 1, 1, 1, 1]
    agent = next(span for span in spans["tools"] if span["kind"] == "agent" and span["agent"])
    assert agent["billed"] is False


@pytest.mark.shows("messages")
def test_what_was_said_is_shown(spans):
    (stream,) = calls(spans, "stream")
    assert stream["input"] == [{"role": "user", "parts": [{"type": "text", "text": "hi"}]}]
    (answer,) = stream["output"]
    assert answer["parts"] == [{"type": "text", "text": "Hello, the weather in Paris is sunny."}]


@pytest.mark.shows("tools")
def test_tools_their_calls_and_results(spans):
    asks, told = calls(spans, "tools")
    call = {"type": "tool_call", "id": "call_abc123", "name": "get_weather", "arguments": {"city": "Paris"}}
    assert asks["output"][0]["parts"] == [call]
    assert asks["tools"][0]["name"] == "get_weather"
    result = {"type": "tool_result", "id": "call_abc123", "result": "sunny"}
    assert told["input"][-1]["parts"] == [result]
    (tool,) = [span for span in spans["tools"] if span["kind"] == "tool"]
    assert (tool["tool"], tool["input"][0]["parts"], tool["output"][0]["parts"]) == ("get_weather", [call], [result])


@pytest.mark.shows("streaming")
def test_streams_tell_when_the_first_piece_came(spans):
    for name in ("stream", "anthropic stream"):
        (call,) = calls(spans, name)
        assert 0 < float(call["time_to_first_token_ms"]) <= float(call["duration_ms"])


@pytest.mark.shows("usage", "cost")
def test_tokens_and_cost_are_exact_where_the_sdk_tells_enough(version, spans):
    for name in ("tools", "stream", "responses"):
        for call in calls(spans, name):
            usage = call["usage"]
            assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"]) == (100, 20, 120)
            tells_details = version != "v5" or name == "stream"
            if tells_details:
                assert (usage["split"], usage["cache_read"], usage["output_reasoning"]) == ("exact", 64, 8)
            else:
                assert (usage["split"], usage["cache_read"], usage["output_reasoning"]) == ("assumed", None, None)
            assert call["cost"]["total_usd"] == (GPT_USD if tells_details else GPT_USD_WITHOUT_DETAILS)
    for name in ("anthropic", "anthropic stream"):
        (call,) = calls(spans, name)
        usage = call["usage"]
        assert (usage["input_uncached"], usage["cache_read"], usage["cache_write_5m"], usage["cache_write_1h"]) == (30, 1000, 40, 10)
        assert (usage["output_tokens"], usage["web_searches"], call["cost"]["total_usd"]) == (25, 1, CLAUDE_USD)
    (embedding,) = calls(spans, "embeddings", kind="embedding")
    assert (embedding["usage"]["input_tokens"], embedding["cost"]["total_usd"]) == (16, "0.00000032")


@pytest.mark.shows("errors")
def test_a_failed_call_says_why(spans):
    (call,) = calls(spans, "error")
    assert (call["status"], call["error_type"], call["request_model"]) == ("error", "AI_APICallError", "gpt-err404")
    assert "gpt-err404" in call["error_message"] and call["usage"]["total_tokens"] is None


@pytest.mark.shows("sessions")
def test_the_application_names_session_user_and_tags(version, telltale, spans):
    agents = [span for span in spans["tools"] if span["kind"] == "agent"]
    assert agents and all((span["session_id"], span["user_id"], span["tags"]) == (f"sess-{version}", "user-1", ["a", "b"]) for span in agents)


def test_keys_in_headers_are_not_kept(spans):
    assert "sk-not-a-real-key" not in str(spans)
