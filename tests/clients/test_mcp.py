"""The Model Context Protocol's SDK, which traces itself by OpenTelemetry's conventions."""

import pytest

from reading import named, only, spans_of

pytestmark = [
    pytest.mark.client("MCP SDK (Python)", environment="openinference", package="mcp"),
    *[pytest.mark.gap(feature, "no calls of models") for feature in ("streaming", "usage", "cost")],
    pytest.mark.gap("messages", "the SDK leaves arguments and results out"),
    pytest.mark.gap("sessions", "the SDK names none"),
    pytest.mark.gap("scores", "no part of it"),
]


@pytest.fixture(scope="module")
def spans(client, telltale):
    client.run("mcp_calls.py", OTEL_EXPORTER_OTLP_ENDPOINT=telltale.url, OTEL_SERVICE_NAME="mcp-sdk")
    return spans_of(telltale, "mcp-sdk")


@pytest.mark.shows("traces", "tools")
def test_calls_of_tools_are_in_the_trace_of_their_caller(spans):
    agent = only(spans, "invoke_agent app")
    inside = {span["name"]: span["kind"] for span in spans if span["parent_span_id"] == agent["span_id"]}
    assert inside == {"tools/list": "other", "tools/call get_weather": "tool", "prompts/get greet": "prompt"}
    assert [call["tool"] for call in named(spans, "tools/call get_weather")] == ["get_weather"] * 2
    assert only(spans, "prompts/get greet")["prompt_name"] == "greet"


@pytest.mark.shows("errors")
def test_a_tool_that_fails(spans):
    ok, failed = named(spans, "tools/call get_weather")
    assert (ok["status"], failed["status"], failed["error_type"]) == ("unset", "error", "tool_error")
