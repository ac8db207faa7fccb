"""Langfuse's Python SDK, version 2, unmodified: events of the ingestion API."""

import json

import langfuse_support as support
import pytest

pytestmark = [pytest.mark.client("Langfuse (Python 2)", environment="langfuse2", package="langfuse")]


@pytest.fixture(scope="module")
def said(client, telltale, provider_url):
    return json.loads(client.run("langfuse2_calls.py", "library", **support.settings(telltale, provider_url)).stdout)


@pytest.fixture(scope="module")
def trace(telltale, said):
    return support.Trace(telltale, said["traces"]["agent"])


@pytest.mark.shows("traces")
def test_the_trace_is_the_root_of_its_observations(trace, said):
    names = ["OpenAI-generation"] * 4 + ["get_weather", "weather-agent"]
    assert sorted(span["name"] for span in trace.spans) == names
    root = trace.named("weather-agent")
    assert (root["native_id"], root["metadata"]["k"], root["tags"]) == (said["traces"]["agent"], "v", ["py2"])
    assert all(span["parent_span_id"] == root["span_id"] for span in trace.spans if span is not root)
    assert not any(span.get("running") for span in trace.spans)
    assert all(float(span["duration_ms"]) >= 0 and "start_unknown" not in span["quality"] for span in trace.spans)


@pytest.mark.shows("sessions")
def test_what_is_said_of_the_trace_reaches_all_spans(trace):
    assert {(span["session_id"], span["user_id"]) for span in trace.spans} == {("py2-session", "py2-user")}


@pytest.mark.shows("messages", "usage", "cost")
def test_a_call_has_its_messages_tokens_and_cost(trace):
    call = trace.asked("Say hello.")
    support.check_openai(call)
    assert [message["role"] for message in call["input"]] == ["system", "user"]
    assert support.texts(call["output"]) == "Hello, the weather in Paris is sunny."
    assert (call["request_model"], call["response_model"]) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert trace.summary["total_cost_usd"] == "0.0000666"


@pytest.mark.shows("tools")
def test_a_tool_call_has_parsed_arguments(trace):
    call = trace.asked("What is the weather in Paris?")
    support.check_openai(call)
    assert [part["arguments"] for part in support.parts(call["output"], "tool_call")] == [{"city": "Paris"}]


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
    assert support.scores(telltale, trace_id=said["traces"]["agent"]) == {"quality": ("0.7", None), "verdict": (None, "positive")}
    assert support.scores(telltale, trace_id="py2-own-trace") == {"accuracy": ("0.5", None)}


def test_ids_of_the_application_work_in_look_ups(telltale):
    trace = support.Trace(telltale, "py2-own-trace")
    assert sorted(span["name"] for span in trace.spans) == ["g", "happened", "low-level", "step"]
    call, step, root = trace.named("g"), trace.named("step"), trace.named("low-level")
    assert (call["parent_span_id"], step["parent_span_id"]) == (step["span_id"], root["span_id"])
    assert support.counts(call, support.CLAUDE_USAGE) == support.CLAUDE_USAGE
    assert (call["cost"]["total_usd"], call["cost"]["reported_usd"], call["running"] if "running" in call else False) == (support.CLAUDE_USD, "0.003", False)
    assert (step["status"], step["error_message"], root["release"]) == ("error", "bad", "r1")
    assert telltale.get("/api/v1/spans/py2-own-trace/py2-own-generation")["span_id"] == call["span_id"]


def test_reading_back_through_the_sdk(said):
    read = said["read"]
    assert said["auth"] is True
    assert read["trace"] == ["py2-own-trace", "low-level", "py2-user", "py2-own-session", {"q": 1}, "done", "r1", ["x"]]
    assert read["tree"] == [
        ["py2-own-generation", "GENERATION", "py2-own-span", "py2-own-trace"],
        ["py2-own-span", "SPAN", None, "py2-own-trace"],
    ]
    assert (read["types"], read["scores"], read["traces"]) == (["EVENT", "GENERATION", "SPAN"], [["accuracy", 0.5]], ["py2-own-trace"])
    assert read["one"][:3] == ["py2-own-generation", "claude-sonnet-4-5", "yo"]
    assert read["sessions"] is True


def test_prompts_and_dataset_runs(telltale, said):
    assert (said["prompt"], said["chat"][0]["content"]) == ("Hello Ada!", "You know cats.")
    linked = telltale.get("/api/v1/spans", filter="name:linked prompt:py2-greeting")["items"]
    assert [span["prompt_version"] for span in linked] == ["1"]
    name, run, items = said["datasets"]["run"]
    assert (name, items) == ("py2-run", 2)
    results = telltale.get(f"/api/v1/experiments/{run}/results")["items"]
    verdicts = {result["item_id"]: [(verdict["name"], verdict["value"]) for verdict in result["verdicts"]] for result in results}
    assert verdicts == {"py2-item-1": [("exact", "1.0")], "py2-item-2": [("exact", "0.0")]}
