"""Langfuse's JavaScript SDK, version 5, unmodified: @langfuse/otel, /tracing, /openai and /client."""

import json

import langfuse_support as support
import pytest

pytestmark = [pytest.mark.client("Langfuse (JavaScript)", environment="langfuse", package="@langfuse/otel", language="javascript")]


@pytest.fixture(scope="module")
def said(client, telltale, provider_url):
    return json.loads(client.run("langfuse_calls.mjs", "library", **support.settings(telltale, provider_url)).stdout)


@pytest.fixture(scope="module")
def trace(telltale, said):
    return support.Trace(telltale, said["traces"]["agent"])


@pytest.mark.shows("traces")
def test_the_trace_is_a_tree_with_its_facts(trace):
    assert sorted(span["name"] for span in trace.spans) == ["broken", "by-hand"] + ["chat"] * 6 + ["get_weather", "weather-agent"]
    root = trace.named("weather-agent")
    assert (root["kind"], trace.named("get_weather")["kind"]) == ("agent", "tool")
    assert all(span["parent_span_id"] == root["span_id"] for span in trace.spans if span is not root)
    for span in trace.spans:
        assert (span["environment"], span["release"], span["tags"], span["metadata"]["tenant"]) == ("staging", "v1.2.3", ["js", "test"], "acme")


@pytest.mark.shows("sessions")
def test_session_and_user_are_on_every_span(trace):
    assert {(span["session_id"], span["user_id"]) for span in trace.spans} == {("js-session", "js-user")}


@pytest.mark.shows("messages", "usage", "cost")
def test_a_call_has_its_messages_tokens_and_cost(trace):
    call = trace.asked("Say hello.")
    support.check_openai(call)
    assert [(message["role"], message["parts"][0]["text"]) for message in call["input"]] == [("system", "Be brief."), ("user", "Say hello.")]
    assert support.texts(call["output"]) == "Hello, the weather in Paris is sunny."
    assert call["model_parameters"] == {"temperature": "0.2"}
    support.check_openai(trace.asked("Say hello again."))
    hand = trace.named("by-hand")
    assert support.counts(hand, support.CLAUDE_USAGE) == support.CLAUDE_USAGE
    assert (hand["cost"]["total_usd"], hand["cost"]["reported_usd"]) == (support.CLAUDE_USD, "0.003")


@pytest.mark.shows("tools")
def test_tools_are_offered_called_and_run(trace):
    call = trace.asked("What is the weather in Paris?")
    support.check_openai(call)
    assert call["tools"][0]["function"]["name"] == "get_weather"
    assert [(part["id"], part["arguments"]) for part in support.parts(call["output"], "tool_call")] == [("call_abc123", {"city": "Paris"})]
    assert support.parts(trace.named("get_weather")["output"], "tool_result")[0]["result"] == {"city": "Paris", "sky": "clear"}


@pytest.mark.shows("streaming")
def test_a_stream_has_its_answer_tokens_and_first_token(trace):
    call = trace.asked("Count to three.")
    support.check_openai(call)
    assert support.texts(call["output"]) == "Hello, the weather in Paris is sunny."
    assert 0 <= float(call["time_to_first_token_ms"]) <= float(call["duration_ms"])


@pytest.mark.shows("errors")
def test_errors_have_their_words_and_no_cost(trace):
    call = trace.asked("Fail, please.")
    assert (call["status"], call["cost"]["total_usd"]) == ("error", None)
    assert "Rate limit reached" in call["error_message"]
    assert (trace.named("broken")["status"], trace.named("broken")["error_message"]) == ("error", "no such city")


@pytest.mark.shows("scores")
def test_scores(telltale, said):
    assert support.scores(telltale, trace_id=said["traces"]["agent"]) == {"quality": ("0.9", None), "verdict": (None, "positive")}


def test_an_image_is_uploaded_and_shown(telltale, said):
    picture = support.Trace(telltale, said["traces"]["picture"]).named("picture")
    [image] = support.parts(picture["input"], "media")
    assert (image["media"], image["mime_type"], image["uri"].split(":")[0]) == ("image", "image/png", "telltale-media")


def test_prompts_datasets_and_experiments(telltale, said):
    told = said["library"]
    assert told["compiled"] == ["Hello Ada!", "Hello Ada!", "Hi Ada!", "Hi Ada!"]
    assert told["versions"] == [1, 2, 2]
    assert told["chat"] == [{"role": "system", "content": "You know cats."}, {"role": "user", "content": "meow"}]
    linked = telltale.get("/api/v1/spans", filter='name:linked prompt:"js/greeting"')["items"]
    assert [span["prompt_version"] for span in linked] == ["2"]
    assert told["items"] == [["js-item-1", {"q": "1+1"}, "2"], ["js-item-2", {"q": "2+2"}, "4"]]
    experiment = telltale.get(f"/api/v1/experiments/{told['run']['id']}")
    assert (experiment["name"], experiment["description"], experiment["summary"]["results"]) == ("js-run-1", "all sums", 2)
    results = sorted(telltale.get(f"/api/v1/experiments/{told['run']['id']}/results")["items"], key=lambda result: result["item_id"])
    assert [(r["item_id"], r["output"], r["expected_output"], r["trace_id"], r["verdicts"][0]["value"]) for r in results] == [
        ("js-item-1", "2", "2", told["run"]["traces"][0], "1.0"),
        ("js-item-2", "5", "4", told["run"]["traces"][1], "0.0"),
    ]
