"""Claude Code, from its npm package, against the fake provider: logs, traces and metrics, alone and together, over each protocol."""

import pytest

from coding_agents import PROMPT, Sent, run
from reading import ANSWER, ANTHROPIC, CLAUDE_SONNET_4_5_USD, buckets, model_calls, parts, said

pytestmark = [
    pytest.mark.client("Claude Code", environment="coding-agents", package="@anthropic-ai/claude-code", language="npm"),
    pytest.mark.gap("scores", "no part of it"),
]
MODEL = "claude-sonnet-4-5"
# 30 x 3 + 1000 x 0.3 + 40 x 3.75 + 10 x 6 + 25 x 15 USD a million, twice. It tells no web search but in its own figure.
TWO_CALLS_USD = "0.00195"
# Its own figure: 1.1 times the tokens, for `inference_geo: "us"`, and 0.01 for the web search.
REPORTED_USD = "0.0110725"
LOGS = {"OTEL_LOGS_EXPORTER": "otlp", "OTEL_LOG_USER_PROMPTS": "1", "OTEL_LOG_ASSISTANT_RESPONSES": "1", "OTEL_LOG_TOOL_DETAILS": "1"}
TRACES = {"OTEL_TRACES_EXPORTER": "otlp", "CLAUDE_CODE_ENHANCED_TELEMETRY_BETA": "1", "OTEL_LOG_TOOL_CONTENT": "1"}
METRICS = {"OTEL_METRICS_EXPORTER": "otlp"}
BASH = PROMPT.format(tool="Bash", arguments='{"command": "echo hi from bash", "description": "says hi"}')


@pytest.fixture(scope="module")
def claude(client, telltale, provider_url, tmp_path_factory):
    binary = client.folder / "node_modules/@anthropic-ai/claude-code-linux-x64/claude"

    def start(server, home, protocol="http/json", model=MODEL, proxied=False, **signals):
        return run(
            [binary, "--model", model, "--allowedTools", "Bash", "-p", BASH],
            home,
            ANTHROPIC_BASE_URL=server + "/proxy/anthropic" if proxied else provider_url,
            ANTHROPIC_API_KEY="sk-ant-none",
            CLAUDE_CODE_ENABLE_TELEMETRY="1",
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
            OTEL_EXPORTER_OTLP_PROTOCOL=protocol,
            OTEL_EXPORTER_OTLP_ENDPOINT=server,
            **signals,
        )

    def server(data_dir):
        return type(telltale)(data_dir, TELLTALE_PROXY_UPSTREAMS=f"anthropic={provider_url}")

    return lambda **options: Sent(tmp_path_factory.mktemp("claude"), start, server, **options)


@pytest.fixture(scope="module")
def together(claude):
    return claude(protocol="grpc", **LOGS, **TRACES, **METRICS)


@pytest.fixture(scope="module")
def logs_alone(claude):
    return claude(**LOGS)


def check_calls(sent):
    calls = sent.of_kind("llm")
    assert [(buckets(call), call["usage"]["split"]) for call in calls] == [(ANTHROPIC, "exact")] * 2, sent.done.stderr
    assert [call["cost"]["reported_usd"] for call in calls] == [REPORTED_USD] * 2
    assert (sent.dashboard["total_requests"], sent.dashboard["total_cost_usd"]) == (2, TWO_CALLS_USD)
    assert (sent.dashboard["input_tokens"], sent.dashboard["output_tokens"]) == (2160, 50)
    assert all(call["time_to_first_token_ms"] is not None and float(call["duration_ms"]) > 0 for call in calls)


@pytest.mark.shows("traces", "usage", "cost", "streaming")
def test_a_call_is_counted_once_when_logs_traces_and_metrics_tell_of_it(together):
    check_calls(together)
    assert {span["name"] for span in together.spans} >= {"claude_code.interaction", "claude_code.llm_request", "claude_code.tool"}
    # The records and the metrics are there too, as what they are.
    assert any(log["message"] == "claude_code.api_request" for log in together.logs)
    assert "claude_code.cost.usage" in str(together.metrics)


@pytest.mark.shows("usage", "cost")
def test_logs_alone_make_the_same_calls(logs_alone):
    check_calls(logs_alone)


@pytest.mark.shows("traces", "usage", "cost")
def test_traces_alone_make_them_too(claude):
    sent = claude(protocol="http/protobuf", **TRACES)
    calls = sent.of_kind("llm")
    # For how long it wrote to the cache is in the logs only.
    assert [buckets(call) for call in calls] == [(30, 1000, None, None, 50, 25, None)] * 2
    assert sent.dashboard["total_requests"] == 2 and sent.dashboard["total_cost_usd"] == "0.001905"


@pytest.mark.shows("messages", "tools")
@pytest.mark.parametrize("way", ["together", "logs_alone"])
def test_a_prompt_is_a_tree_of_calls_and_tools(way, request):
    sent = request.getfixturevalue(way)
    (prompt,) = sent.of_kind("agent")
    assert said(prompt["input"]) == [("user", BASH)]
    (tool,) = sent.of_kind("tool")
    (call,) = parts(tool["input"])
    assert (tool["tool"], call["id"], tool["parent_span_id"]) == ("Bash", "toolu_abc123", prompt["span_id"])
    assert "echo hi from bash" in str(call["arguments"])
    calls = model_calls(sent.spans)
    assert {call["parent_span_id"] for call in calls} == {prompt["span_id"]}
    assert [said(call["output"]) for call in calls] == [[("assistant", "Let me check.")], [("assistant", ANSWER)]]


@pytest.mark.shows("sessions")
@pytest.mark.parametrize("way", ["together", "logs_alone"])
def test_everything_is_one_session(way, request):
    sent = request.getfixturevalue(way)
    (session,) = sent.sessions
    assert {span["session_id"] for span in sent.spans} == {session["session_id"]}
    assert {log["session_id"] for log in sent.logs} == {session["session_id"]}


@pytest.mark.shows("errors")
@pytest.mark.parametrize("signals", [LOGS, TRACES, LOGS | TRACES], ids=["logs", "traces", "both"])
def test_a_failed_call_is_one_failed_call(claude, signals):
    sent = claude(model="claude-err400", **signals)
    (call,) = sent.of_kind("llm")
    assert (call["status"], call["error_type"], call["request_model"]) == ("error", "400", "claude-err400")
    assert "the prompt is too long" in call["error_message"]
    assert (sent.dashboard["total_requests"], sent.dashboard["failed_requests"]) == (1, 1)


@pytest.mark.parametrize(
    "settings",
    [
        LOGS,
        LOGS | {"CLAUDE_CODE_GATEWAY_HINT_HEADERS": "1"},
        TRACES,
        TRACES | LOGS | {"CLAUDE_CODE_PROPAGATE_TRACEPARENT": "1"},
    ],
    ids=["logs", "logs and hints", "traces", "both and traceparent"],
)
def test_through_the_proxy_each_call_is_counted_once(claude, settings):
    """What the proxy and the agent tell of is one call. The proxy knows more: thoughts, web searches, the cache's lifetimes."""
    sent = claude(proxied=True, **settings)
    calls = model_calls(sent.spans)
    assert [(buckets(call), call["usage"]["web_searches"], call["cost"]["total_usd"]) for call in calls] == [
        ((30, 1000, 40, 10, None, 17, 8), 1, CLAUDE_SONNET_4_5_USD)
    ] * 2, sent.done.stderr
    assert (sent.dashboard["total_requests"], sent.dashboard["total_cost_usd"]) == (2, "0.02195")
    assert {call["name"] for call in calls} == {"claude_code.llm_request"} and all(call["input"] and call["output"] for call in calls)
    (prompt,) = sent.of_kind("agent")
    assert {(call["trace_id"], call["parent_span_id"]) for call in calls} == {(prompt["trace_id"], prompt["span_id"])}
    beside = [span for span in sent.of_kind("llm") if not span["billed"]]
    knows_its_trace = "CLAUDE_CODE_GATEWAY_HINT_HEADERS" in settings or "CLAUDE_CODE_PROPAGATE_TRACEPARENT" in settings
    assert len(beside) == (0 if knows_its_trace else 2)


def test_through_the_proxy_a_failed_call_is_counted_once(claude):
    sent = claude(proxied=True, model="claude-err400", **LOGS)
    failed = model_calls(sent.spans)
    assert failed and all((call["status"], call["usage"]["total_tokens"]) == ("error", None) for call in failed)
    assert len({call["native_id"] for call in failed}) == len(failed), "one for each request"
