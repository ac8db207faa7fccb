"""Langfuse's Python SDK, version 5, unmodified: its observations, the OpenAI drop-in, scores, prompts, datasets, experiments and media."""

import json

import langfuse_support as support
import pytest

pytestmark = [pytest.mark.client("Langfuse (Python 5)", environment="langfuse", package="langfuse")]


@pytest.fixture(scope="module")
def said(client, telltale, provider_url):
    return json.loads(client.run("langfuse_calls.py", "library", **support.settings(telltale, provider_url)).stdout)


@pytest.fixture(scope="module")
def trace(telltale, said):
    return support.Trace(telltale, said["traces"]["agent"])


@pytest.mark.shows("traces")
def test_the_trace_is_a_tree_with_its_facts(trace):
    assert sorted((span["name"], span["kind"]) for span in trace.spans) == [
        ("OpenAI-embedding", "embedding"),
        ("OpenAI-generation", "llm"),
        ("OpenAI-generation", "llm"),
        ("OpenAI-generation", "llm"),
        ("OpenAI-generation", "llm"),
        ("OpenAI-generation", "llm"),
        ("broken", "other"),
        ("by-hand", "llm"),
        ("find", "retrieval"),
        ("get_weather", "tool"),
        ("weather-agent", "agent"),
    ]
    root = trace.named("weather-agent")
    assert root["parent_span_id"] is None
    assert all(span["parent_span_id"] == root["span_id"] for span in trace.spans if span is not root)
    for span in trace.spans:
        assert (span["environment"], span["release"], span["tags"], span["metadata"]["tenant"]) == ("staging", "v1.2.3", ["py5", "test"], "acme")
        assert span["source"]["convention"] == "langfuse"
        assert "pk-lf" not in json.dumps(span)


@pytest.mark.shows("sessions")
def test_session_and_user_are_on_every_span(trace):
    assert {(span["session_id"], span["user_id"]) for span in trace.spans} == {("py5-session", "py5-user")}


@pytest.mark.shows("messages", "usage", "cost")
def test_a_call_has_its_messages_tokens_and_cost(trace):
    call = trace.asked("Say hello.")
    support.check_openai(call)
    assert [(message["role"], message["parts"][0]["text"]) for message in call["input"]] == [("system", "Be brief."), ("user", "Say hello.")]
    assert support.texts(call["output"]) == "Hello, the weather in Paris is sunny."
    assert (call["response_model"], call["model_parameters"]["temperature"]) == ("gpt-4o-mini-2024-07-18", "0.2")
    assert "max_tokens" not in call["model_parameters"]
    responses = trace.asked("Say hello again.")
    support.check_openai(responses)
    assert support.texts(responses["output"]) == "Hello, the weather in Paris is sunny."
    (embedding,) = [span for span in trace.spans if span["kind"] == "embedding"]
    assert (embedding["kind"], embedding["usage"]["input_tokens"], embedding["cost"]["total_usd"]) == ("embedding", 16, "0.00000032")


@pytest.mark.shows("tools")
def test_tools_are_offered_called_and_run(trace):
    call = trace.asked("What is the weather in Paris?")
    support.check_openai(call)
    assert call["tools"][0]["function"]["name"] == "get_weather"
    assert [(part["id"], part["name"], part["arguments"]) for part in support.parts(call["output"], "tool_call")] == [
        ("call_abc123", "get_weather", {"city": "Paris"})
    ]
    tool = trace.named("get_weather")
    assert tool["tool"] == "get_weather"
    assert support.parts(tool["output"], "tool_result")[0]["result"] == {"city": "Paris", "sky": "clear"}


@pytest.mark.shows("streaming", "usage", "cost")
def test_a_stream_has_its_answer_tokens_and_first_token(trace):
    call = trace.asked("Count to three.")
    support.check_openai(call)
    assert support.texts(call["output"]) == "Hello, the weather in Paris is sunny."
    assert 0 < float(call["time_to_first_token_ms"]) <= float(call["duration_ms"])
    assert call["finish_reasons"] == ["stop"]


@pytest.mark.shows("usage", "cost")
def test_what_is_told_by_hand_is_kept_and_priced_once(trace):
    call = trace.named("by-hand")
    assert support.counts(call, support.CLAUDE_USAGE) == support.CLAUDE_USAGE
    assert (call["cost"]["total_usd"], call["cost"]["reported_usd"]) == (support.CLAUDE_USD, "0.003")
    assert call["metadata"]["x"] == {"y": 1}


@pytest.mark.shows("errors")
def test_errors_have_their_words_and_no_cost(trace):
    call = trace.asked("Fail, please.")
    assert (call["status"], call["request_model"], call["cost"]["total_usd"]) == ("error", "gpt-4o-err429", None)
    assert "Rate limit reached" in call["error_message"]
    broken = trace.named("broken")
    assert (broken["status"], broken["error_message"]) == ("error", "no such city")


@pytest.mark.shows("scores")
def test_scores_of_observations_traces_and_sessions(telltale, said, trace):
    of_trace = support.scores(telltale, trace_id=said["traces"]["agent"])
    assert of_trace == {"quality": ("0.9", None), "verdict": (None, "positive"), "useful": ("1.0", "True")}
    assert support.scores(telltale, session_id="py5-session") == {"session-score": ("1.5", None)}
    assert [score["name"] for score in trace.named("by-hand")["scores"]] == ["quality"]


def test_the_sum_of_the_trace(trace):
    assert (trace.summary["request_count"], trace.summary["error_count"]) == (7, 2)
    # Four calls of the provider, the embedding, and the one by hand.
    assert trace.summary["total_cost_usd"] == "0.00104162"


def test_prompts(telltale, said):
    prompts = said["prompts"]
    assert prompts["compiled"] == ["Hello Ada!", "Hello Ada!", "Hi Ada!", "Hello Ada!", "Hi Ada!"]
    assert (prompts["versions"], prompts["config"], prompts["labels"]) == ([1, 2, 1, 2], {"model": "gpt-4o-mini"}, ["latest", "production", "staging"])
    assert prompts["chat"] == [{"role": "system", "content": "You know cats."}, {"role": "user", "content": "meow"}]
    assert prompts["fallback"] == [True, "fallback"]
    assert prompts["listed"] == [[1, 2], ["latest", "production", "staging"], ["t"]]
    linked = telltale.get("/api/v1/spans", filter='name:linked prompt:"py5/greeting"')["items"]
    assert [(span["prompt_name"], span["prompt_version"]) for span in linked] == [("py5/greeting", "2")]


def test_an_experiment_is_one_with_results_and_verdicts(telltale, said):
    told = said["experiments"]
    assert told["items"] == [["py5-item-1", {"q": "1+1"}, "2", {"n": 1}], ["py5-item-2", {"q": "2+2"}, "4", {"n": 1}]]
    experiment = telltale.get(f"/api/v1/experiments/{told['id']}")
    assert (experiment["name"], experiment["description"], experiment["protocol"]) == ("py5-run-1", "all sums", "langfuse")
    assert experiment["summary"]["results"] == 2
    results = telltale.get(f"/api/v1/experiments/{told['id']}/results")["items"]
    assert sorted((result["item_id"], result["output"], result["expected_output"], result["trace_id"]) for result in results) == [
        ("py5-item-1", "2", "2", told["traces"][0]),
        ("py5-item-2", "5", "4", told["traces"][1]),
    ]
    verdicts = {result["item_id"]: [(verdict["name"], verdict["value"], verdict["reason"]) for verdict in result["verdicts"]] for result in results}
    assert verdicts == {"py5-item-1": [("exact", "1.0", "compared")], "py5-item-2": [("exact", "0.0", "compared")]}
    local = telltale.get(f"/api/v1/experiments/{told['local']}/results")["items"]
    assert [(result["input"], result["output"], result["expected_output"]) for result in local] == [("a", "A", "A")]
    assert told["listed"] == ["py5-run-1", 2, [["mean", 0.5]]]
    assert told["listed_items"] == [["py5-item-1", "2", "2", [["exact", 1.0]]], ["py5-item-2", "5", "4", [["exact", 0.0]]]]


def test_media_are_uploaded_shown_and_read_back(telltale, said):
    picture = support.Trace(telltale, said["traces"]["picture"]).named("picture")
    [image] = support.parts(picture["input"], "media")
    assert (image["media"], image["mime_type"]) == ("image", "image/png")
    assert image["uri"].startswith("telltale-media:")
    assert [part["mime_type"] for part in support.parts(picture["output"], "media")] == ["text/plain"]
    assert said["media_back"] == [True, "some text"]


def test_reading_back_through_the_sdk(said):
    read = said["read"]
    assert (said["auth"], read["health"], read["count"], read["comment"]) == (True, "OK", 11, "look here")
    assert read["types"] == ["AGENT", "EMBEDDING", "GENERATION", "RETRIEVER", "SPAN", "TOOL"]
    assert read["scores"] == [["quality", 0.9, "NUMERIC"], ["useful", True, "BOOLEAN"], ["verdict", "positive", "CATEGORICAL"]]
    model, usage, cost, asked, answered, metadata = read["by_hand"]
    assert (model, cost, metadata) == ("claude-sonnet-4-5", float(support.CLAUDE_USD), {"y": 1})
    assert usage == {"input": 30, "input_cached_tokens": 1000, "input_cache_creation": 50, "output": 25, "total": 1105}
    assert (asked, answered) == ([{"role": "user", "content": "hi"}], {"role": "assistant", "content": "hello"})
