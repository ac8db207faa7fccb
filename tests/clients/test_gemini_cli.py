"""Gemini CLI, from its npm package, against the fake provider. It sends logs, traces and metrics together."""

import json

import pytest

from coding_agents import PROMPT, Sent, run
from reading import ANSWER, OPENAI, buckets, model_calls, parts, said

pytestmark = [
    pytest.mark.client("Gemini CLI", environment="coding-agents", package="@google/gemini-cli", language="npm"),
    pytest.mark.gap("streaming", "it tells no time to the first token"),
    pytest.mark.gap("scores", "no part of it"),
]
# The counts of the fake provider's Gemini are those of its OpenAI: 36 x 1.25 + 64 x 0.125 + 20 x 10 USD a million, twice.
TWO_CALLS_USD = "0.000506"
THOUGHT = "The user asks for the weather."
SHELL = PROMPT.format(tool="run_shell_command", arguments='{"command": "echo hi from gemini", "description": "says hi"}')


@pytest.fixture(scope="module")
def gemini(client, telltale, provider_url, tmp_path_factory):
    program = client.folder / "node_modules/@google/gemini-cli/bundle/gemini.js"

    def start(server, home, protocol="http", model="gemini-2.5-pro", traces=True):
        folder = home / ".gemini"
        folder.mkdir(parents=True)
        settings = {
            "telemetry": {"enabled": True, "target": "local", "otlpEndpoint": server, "otlpProtocol": protocol, "logPrompts": True, "traces": traces},
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False},
        }
        (folder / "settings.json").write_text(json.dumps(settings))
        command = ["node", program, "--model", model, "--yolo", "--skip-trust", "--prompt", SHELL]
        return run(command, home, GEMINI_API_KEY="none", GOOGLE_GEMINI_BASE_URL=provider_url)

    return lambda **options: Sent(tmp_path_factory.mktemp("gemini"), start, type(telltale), **options)


@pytest.fixture(scope="module", params=["http", "grpc"])
def sent(gemini, request):
    return gemini(protocol=request.param)


@pytest.mark.shows("traces", "usage", "cost")
def test_a_call_is_counted_once_when_logs_traces_and_metrics_tell_of_it(sent):
    calls = model_calls(sent.spans)
    assert [(buckets(call), call["usage"]["split"]) for call in calls] == [(OPENAI, "exact")] * 2, sent.done.stderr
    assert (sent.dashboard["total_requests"], sent.dashboard["total_cost_usd"]) == (2, TWO_CALLS_USD)
    assert {(call["provider"], call["request_model"], call["prompt_name"]) for call in calls} == {("gcp.gemini", "gemini-2.5-pro", None)}
    assert "gemini_cli.token.usage" in str(sent.metrics)


@pytest.mark.shows("messages", "tools")
def test_what_was_said_and_done(sent):
    first, last = model_calls(sent.spans)
    (call,) = [part for part in parts(first["output"]) if part["type"] == "tool_call"]
    assert (call["name"], call["arguments"]["command"]) == ("run_shell_command", "echo hi from gemini")
    assert "".join(part["text"] for part in parts(last["output"]) if part["type"] == "text") == ANSWER
    assert SHELL in said(first["input"])[-1][1] and first["system"]
    (tool,) = [span for span in sent.of_kind("tool") if span["tool"] == "run_shell_command"]
    (result,) = parts(tool["output"])
    assert "hi from gemini" in str(result["result"])


@pytest.mark.shows("usage")
def test_logs_alone_make_the_same_calls(gemini):
    """With `"traces": false` it still sends its spans, without what was said: that is in its log records."""
    first, last = calls = model_calls(gemini(traces=False).spans)
    assert [(buckets(call), call["usage"]["split"]) for call in calls] == [(OPENAI, "exact")] * 2
    (call,) = [part for part in parts(first["output"]) if part["type"] == "tool_call"]
    assert (call["name"], call["arguments"]["command"]) == ("run_shell_command", "echo hi from gemini")
    assert SHELL in said(first["input"])[-1][1] and first["system"]
    assert [(part["type"], part["text"]) for part in parts(last["output"])] == [("reasoning", THOUGHT), ("text", ANSWER)]
    (result,) = [part for part in parts(last["input"]) if part["type"] == "tool_result"]
    assert "hi from gemini" in str(result["result"])


@pytest.mark.shows("sessions")
def test_everything_is_one_session(sent):
    (session,) = sent.sessions
    assert {span["session_id"] for span in sent.spans} == {session["session_id"]}


@pytest.mark.shows("errors")
def test_a_failed_call_is_one_failed_call(gemini):
    sent = gemini(model="gemini-err400")
    failed = model_calls(sent.spans)
    assert failed and all(call["status"] == "error" and "the prompt is too long" in call["error_message"] for call in failed)
    assert sent.dashboard["failed_requests"] == len(failed) == sent.dashboard["total_requests"]
