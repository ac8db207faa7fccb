"""Codex CLI, from its npm package, against the fake provider: logs and traces, alone and together."""

import pytest

from coding_agents import PROMPT, Sent, run
from reading import OPENAI, buckets, model_calls, named, only, parts, said

pytestmark = [
    pytest.mark.client("Codex CLI", environment="coding-agents", package="@openai/codex", language="npm"),
    pytest.mark.gap("messages", "what the model answers is in none of its signals; prompts and tool calls are"),
    pytest.mark.gap("errors", "it exits before it sends what it knows of a refused request"),
    pytest.mark.gap("scores", "no part of it"),
]
# 36 x 1.25 + 64 x 0.125 + 20 x 10 USD a million, twice.
TWO_CALLS_USD = "0.000506"
TURN = "session_task.turn"
SHELL = PROMPT.format(tool="exec_command", arguments='{"cmd": "echo hi from codex"}')
CONFIG = """
model = "gpt-5"
model_provider = "scripted"
approval_policy = "never"
sandbox_mode = "danger-full-access"
[model_providers.scripted]
name = "OpenAI"
base_url = "{provider}/v1"
env_key = "NO_KEY"
wire_api = "responses"
request_max_retries = 0
[otel]
environment = "test"
log_user_prompt = true
exporter = {logs}
trace_exporter = {traces}
metrics_exporter = {metrics}
"""


@pytest.fixture(scope="module")
def codex(client, telltale, provider_url, tmp_path_factory):
    (binary,) = client.folder.glob("node_modules/@openai/codex-linux-x64/vendor/*/bin/codex")

    def start(server, home, protocol="json", **signals):
        to = lambda name: f'{{ otlp-http = {{ endpoint = "{server}/v1/{name}", protocol = "{protocol}" }} }}' if signals.get(name) else '"none"'
        folder = home / ".codex"
        folder.mkdir(parents=True)
        config = CONFIG.format(provider=provider_url, logs=to("logs"), traces=to("traces"), metrics=to("metrics"))
        (folder / "config.toml").write_text(config)
        return run([binary, "exec", "--skip-git-repo-check", SHELL], home, NO_KEY="none")

    return lambda **signals: Sent(tmp_path_factory.mktemp("codex"), start, type(telltale), **signals)


@pytest.fixture(scope="module")
def logs_alone(codex):
    return codex(logs=True)


@pytest.fixture(scope="module")
def together(codex):
    # On a busy machine the client now and then ends before it has sent the span of its turn, the last to end: then it is run again.
    for _ in range(3):
        sent = codex(protocol="binary", logs=True, traces=True, metrics=True)
        if named(sent.spans, TURN):
            break
    return sent


def check_calls(sent):
    calls = model_calls(sent.spans)
    assert [(buckets(call), call["usage"]["split"], call["request_model"]) for call in calls] == [(OPENAI, "exact", "gpt-5")] * 2, sent.done.stderr
    assert (sent.dashboard["total_requests"], sent.dashboard["total_cost_usd"]) == (2, TWO_CALLS_USD)
    assert {call["environment"] for call in calls} == {"test"}


@pytest.mark.shows("usage", "cost", "streaming")
def test_logs_alone_make_the_calls(logs_alone):
    check_calls(logs_alone)
    assert all(call["time_to_first_token_ms"] is not None for call in model_calls(logs_alone.spans))


@pytest.mark.shows("traces", "usage", "cost")
def test_a_call_is_counted_once_when_logs_traces_and_metrics_tell_of_it(together):
    check_calls(together)
    turn = only(together.spans, TURN)
    assert (turn["kind"], turn["usage"]["input_tokens"], turn["billed"]) == ("agent", 200, False)
    assert "codex.turn.token_usage" in str(together.metrics)


@pytest.mark.shows("traces", "usage", "cost")
def test_traces_alone_make_them_too(codex):
    check_calls(codex(traces=True))


@pytest.mark.shows("tools")
def test_a_turn_is_a_tree_of_calls_and_tools(logs_alone):
    (turn,) = logs_alone.of_kind("agent")
    assert said(turn["input"]) == [("user", SHELL)]
    (tool,) = logs_alone.of_kind("tool")
    (call,), (result,) = parts(tool["input"]), parts(tool["output"])
    assert (tool["tool"], call["id"], call["arguments"]["cmd"]) == ("exec_command", "call_abc123", "echo hi from codex")
    assert "hi from codex" in result["result"]
    inside = [span for span in logs_alone.spans if span["parent_span_id"] == turn["span_id"]]
    assert [span["kind"] for span in inside] == ["llm", "tool", "llm"]


@pytest.mark.shows("tools")
def test_tools_have_spans_in_a_trace(together):
    (tool,) = together.of_kind("tool")
    assert tool["tool"] == "exec_command"


@pytest.mark.shows("sessions")
@pytest.mark.parametrize("way", ["together", "logs_alone"])
def test_calls_and_tools_are_one_session(way, request):
    sent = request.getfixturevalue(way)
    (session,) = sent.sessions
    told = [span for span in sent.spans if span["kind"] in ("llm", "tool", "agent")]
    assert {span["session_id"] for span in told} == {session["session_id"]}
