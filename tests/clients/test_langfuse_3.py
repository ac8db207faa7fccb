"""Langfuse's Python SDK, version 3, unmodified. What it says of a trace stands on one span, which is sent last."""

import json

import langfuse_support as support
import pytest

pytestmark = [pytest.mark.client("Langfuse (Python 3)", environment="langfuse3", package="langfuse")]


@pytest.fixture(scope="module")
def said(client, telltale, provider_url):
    return json.loads(client.run("langfuse3_calls.py", "library", **support.settings(telltale, provider_url)).stdout)


@pytest.fixture(scope="module")
def trace(telltale, said):
    return support.Trace(telltale, said["traces"]["agent"])


@pytest.mark.shows("traces")
def test_the_trace_is_a_tree(trace):
    names = ["OpenAI-generation"] * 4 + ["get_weather", "weather-agent"]
    assert sorted(span["name"] for span in trace.spans) == names
    root = trace.named("weather-agent")
    assert all(span["parent_span_id"] == root["span_id"] for span in trace.spans if span is not root)
    assert (root["kind"], root["environment"], root["metadata"]["k"], root["attributes"]["langfuse.trace.name"]) == ("agent", "staging", "v", "py3-trace")


@pytest.mark.shows("sessions")
def test_what_the_last_span_says_of_the_trace_reaches_all_spans(trace):
    assert {(span["session_id"], span["user_id"], *span["tags"]) for span in trace.spans} == {("py3-session", "py3-user", "py3")}


@pytest.mark.shows("messages", "usage", "cost")
def test_a_call_has_its_messages_tokens_and_cost(trace):
    call = trace.asked("Say hello.")
    support.check_openai(call)
    assert [message["role"] for message in call["input"]] == ["system", "user"]
    assert support.texts(call["output"]) == "Hello, the weather in Paris is sunny."
    assert trace.summary["total_cost_usd"] == "0.0000666"


@pytest.mark.shows("tools")
def test_tools_are_offered_called_and_run(trace):
    call = trace.asked("What is the weather in Paris?")
    support.check_openai(call)
    assert [part["arguments"] for part in support.parts(call["output"], "tool_call")] == [{"city": "Paris"}]
    assert support.parts(trace.named("get_weather")["output"], "tool_result")[0]["result"] == {"city": "Paris", "sky": "clear"}


@pytest.mark.shows("streaming")
def test_a_stream_has_its_answer_tokens_and_first_token(trace):
    call = trace.asked("Count to three.")
    support.check_openai(call)
    assert 0 < float(call["time_to_first_token_ms"]) <= float(call["duration_ms"])


@pytest.mark.shows("errors")
def test_an_error_has_its_words(trace):
    call = trace.asked("Fail, please.")
    assert (call["status"], call["cost"]["total_usd"]) == ("error", None)
    assert "Rate limit reached" in call["error_message"]


@pytest.mark.shows("scores")
def test_scores(telltale, said):
    assert support.scores(telltale, trace_id=said["traces"]["agent"]) == {"py3-quality": ("0.7", None), "verdict": (None, "positive")}


def test_dataset_runs_are_experiments(telltale, said):
    told = said["datasets"]
    assert told["items"] == [["py3-item-1", {"q": "1+1"}, "2"], ["py3-item-2", {"q": "2+2"}, "4"]]
    assert told["runs"] == ["py3-run-1", "py3-run-2"]
    assert told["run"] == ["py3-run-1", "by hand", {"m": 1}, ["py3-item-1", "py3-item-2"]]
    assert told["result"] == told["ids"]["py3-run-2"]
    for run, outputs, verdicts in [("py3-run-1", ["2", "5"], ["1.0", "0.0"]), ("py3-run-2", ["2", "4"], ["1.0", "1.0"])]:
        results = telltale.get(f"/api/v1/experiments/{told['ids'][run]}/results")["items"]
        results.sort(key=lambda result: result["item_id"])
        assert [(result["output"], result["verdicts"][0]["name"], result["verdicts"][0]["value"]) for result in results] == [
            (output, "exact", verdict) for output, verdict in zip(outputs, verdicts)
        ]


def test_prompts(telltale, said):
    assert said["prompt"] == "Hello Ada!"
    linked = telltale.get("/api/v1/spans", filter="name:linked prompt:py3-greeting")["items"]
    assert [span["prompt_version"] for span in linked] == ["1"]


def test_reading_back_through_the_sdk(said):
    read = said["read"]
    assert said["auth"] is True
    assert read["trace"] == ["py3-trace", "py3-user", "py3-session", ["py3"], {"k": "v"}, {"q": "what?"}, "sunny", 0.0000666]
    assert read["observations"] == ["OpenAI-generation"] * 4 + ["get_weather", "weather-agent"]
    assert (read["trace_scores"], read["traces"], read["generations"]) == (["py3-quality", "verdict"], [said["traces"]["agent"]], 4)
    assert (read["session"], read["sessions"], read["one"]) == (["py3-session", [said["traces"]["agent"]]], True, True)
    assert read["scores"] == [[0.7, "NUMERIC", said["traces"]["agent"]]]
