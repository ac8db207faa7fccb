"""Anthropic's SDK, which traces itself by OpenTelemetry's conventions."""

import pytest

from reading import ANSWER, ANTHROPIC, buckets, named, only, parts, said, spans_of

pytestmark = [
    pytest.mark.client("Anthropic SDK (Python)", environment="openinference", package="anthropic"),
    pytest.mark.gap("scores", "no part of it"),
]
# The SDK does not tell the web search, which is a cent.
USD = "0.000975"


@pytest.fixture(scope="module")
def spans(client, telltale, provider_url):
    client.run(
        "anthropic_calls.py",
        OTEL_EXPORTER_OTLP_ENDPOINT=telltale.url,
        OTEL_SERVICE_NAME="anthropic-sdk",
        ANTHROPIC_BASE_URL=provider_url,
        ANTHROPIC_API_KEY="sk-ant-none",
    )
    return spans_of(telltale, "anthropic-sdk")


@pytest.mark.shows("traces", "usage", "cost", "sessions")
def test_calls_with_exact_counts(spans):
    calls = [span for span in named(spans, "anthropic.messages.create") if span["status"] == "ok"]
    assert [(buckets(call), call["usage"]["split"], call["cost"]["total_usd"]) for call in calls] == [(ANTHROPIC, "exact", USD)] * 5
    assert {span["session_id"] for span in spans} == {"conv-77"}
    assert {call["finish_reasons"][0] for call in calls} == {"end_turn", "tool_use"}


@pytest.mark.shows("messages", "tools")
def test_a_tool_runner_is_an_agent_with_its_calls_and_tools(spans):
    first = spans[0]
    assert said(first["system"]) == [("system", "Be brief.")]
    assert (said(first["input"]), said(first["output"])) == ([("user", "What is the weather in Paris?")], [("assistant", ANSWER)])
    runner = only(spans, "anthropic.messages.tool_runner")
    inside = [span for span in spans if span["parent_span_id"] == runner["span_id"]]
    assert (runner["kind"], [span["kind"] for span in inside]) == ("agent", ["llm", "tool", "llm"])
    asked, tool, _ = inside
    (call,) = [part for part in parts(asked["output"]) if part["type"] == "tool_call"]
    assert parts(tool["input"]) == [{"type": "tool_call", "id": call["id"], "name": "get_weather", "arguments": {"city": "Paris"}}]
    assert parts(tool["output"]) == [{"type": "tool_result", "id": call["id"], "result": [{"type": "text", "text": "sunny"}]}]


@pytest.mark.shows("streaming")
def test_streams(spans):
    streams = [span for span in spans if span["model_parameters"].get("stream")]
    assert len(streams) == 2 and all(stream["time_to_first_token_ms"] for stream in streams)
    # The raw stream is told without what was said; the helper's with it.
    assert [said(stream["output"]) for stream in streams] == [[], [("assistant", ANSWER)]]


@pytest.mark.shows("errors")
def test_errors(spans):
    (failed,) = [span for span in spans if span["status"] == "error"]
    assert (failed["error_type"], failed["request_model"], failed["usage"]["input_tokens"]) == ("invalid_request_error", "claude-err400", None)
