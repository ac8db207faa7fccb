"""The `opik` package, unmodified: functions, a wrapped OpenAI client, feedback of traces, spans and threads; in batches and one by one."""

import json

import pytest
from reading import CALL, GPT_4O_MINI_USD, OPENAI, buckets, named, only, parts, said

PROJECT = "holidays"

pytestmark = [
    pytest.mark.client("Opik (Python)", environment="opik", package="opik"),
    pytest.mark.gap("streaming", "the integration of OpenAI measures no time to the first token; streams are put together"),
]


def environment(telltale, provider_url, base="/opik/api", **more):
    return {
        "OPIK_URL_OVERRIDE": telltale.url + base,
        "OPIK_API_KEY": "not-a-real-key",
        "OPIK_WORKSPACE": "default",
        "OPIK_PROJECT_NAME": PROJECT,
        "OPIK_SENTRY_ENABLE": "false",
        "OPIK_ANALYTICS_ENABLE": "false",
        "OPENAI_BASE_URL": provider_url + "/v1",
        "OPENAI_API_KEY": "sk-not-a-real-key",
        "PYTHONWARNINGS": "ignore",
    } | more


@pytest.fixture(scope="module", params=["batches", "single"])
def read(request, client, telltale, provider_url):
    # The address of Opik's cloud for one, that of its own server for the other.
    base = {"batches": "/opik/api", "single": "/api"}[request.param]
    done = client.run("opik_calls.py", request.param, **environment(telltale, provider_url, base))
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def spans(telltale, read):
    return spans_of(telltale, read["trace_id"])


def spans_of(telltale, trace):
    items = telltale.get(f"/api/v1/traces/{trace}", limit=100)["spans"]
    spans = [telltale.get(f"/api/v1/spans/{span['trace_id']}/{span['span_id']}") for span in items]
    return sorted(spans, key=lambda span: (span["start_time"], span["span_id"]))


def asked(spans, words):
    """The model call whose newest input message holds these words."""
    (call,) = [span for span in spans if span["kind"] == "llm" and words in said(span["input"])[-1][1]]
    return call


@pytest.mark.shows("traces")
def test_the_tree_is_that_of_the_functions(spans):
    (root,) = [span for span in spans if span["parent_span_id"] is None]
    (agent,) = [span for span in named(spans, "agent") if span is not root]
    assert (root["name"], root["kind"], root["status"], agent["parent_span_id"]) == ("agent", "chain", "ok", root["span_id"])
    assert {span["parent_span_id"] for span in spans if span not in (root, agent)} == {agent["span_id"]}
    assert not any(span.get("running") for span in spans)
    assert sorted(span["kind"] for span in spans) == ["chain"] * 4 + ["llm"] * 5 + ["tool"]
    assert all(span["attributes"]["opik.project"] == PROJECT for span in spans)
    assert (set(root["tags"]), root["metadata"]["customer"]) == ({"holiday", "try"}, "acme")
    assert "secret_removed" in root["quality"] and "sk-0123456789" not in str(spans)


def test_a_trace_by_hand_is_put_together(telltale, read):
    root, step = spans_of(telltale, read["by_hand"])
    assert (root["name"], root["status"], root.get("running", False)) == ("by hand", "ok", False)
    assert (step["name"], step["parent_span_id"], step["status"]) == ("step", root["span_id"], "ok")
    assert float(root["duration_ms"]) >= float(step["duration_ms"]) >= 0


@pytest.mark.shows("messages")
def test_messages_are_a_conversation(spans):
    call = asked(spans, "weather in Paris")
    assert said(call["input"]) == [("system", "Be brief."), ("user", "What is the weather in Paris?")]
    assert said(call["output"]) == [("assistant", "Hello, the weather in Paris is sunny.")]
    assert (call["response_model"], call["provider"], call["model_parameters"]["temperature"]) == ("gpt-4o-mini-2024-07-18", "openai", "0.2")
    thought = parts(asked(spans, "Think first.")["output"])
    assert [part["type"] for part in thought] == ["reasoning", "text"]


@pytest.mark.shows("tools")
def test_tools_are_calls_with_arguments_and_results(spans):
    call = asked(spans, "Weather in Paris?")
    assert parts(call["output"]) == [CALL]
    assert call["tools"][0]["function"]["name"] == "get_weather"
    tool = only(spans, "get_weather")
    assert (tool["kind"], tool["tool"], parts(tool["input"])[0]["arguments"]) == ("tool", "get_weather", {"city": "Paris"})
    assert parts(tool["output"])[0]["result"] == {"sky": "clear", "degrees": 21}


def test_streams_are_put_together(spans):
    call = asked(spans, "Count.")
    assert said(call["output"]) == [("assistant", "Hello, the weather in Paris is sunny.")]
    # The integration of OpenAI measures no first token, though the protocol has a place for it.
    assert call["time_to_first_token_ms"] is None


@pytest.mark.shows("usage", "cost")
@pytest.mark.parametrize("words", ["weather in Paris", "Count.", "Weather in Paris?", "Think first."])
def test_tokens_are_counted_once(spans, words):
    call = asked(spans, words)
    assert buckets(call) == OPENAI
    assert (call["usage"]["split"], call["usage"]["total_tokens"]) == ("exact", 120)
    assert (call["cost"]["total_usd"], call["cost"]["source"]) == (GPT_4O_MINI_USD, "computed")


@pytest.mark.shows("errors")
def test_errors_say_their_type_and_message(spans):
    call = asked(spans, "Fail, please.")
    assert (call["status"], call["error_type"], call["cost"]["total_usd"]) == ("error", "RateLimitError", None)
    failed = only(spans, "fails")
    assert (failed["status"], failed["error_type"], failed["error_message"]) == ("error", "ValueError", "nothing to see")


@pytest.mark.shows("sessions")
def test_the_thread_is_the_session(telltale, spans):
    (root,) = [span for span in spans if span["parent_span_id"] is None]
    assert root["session_id"] == "chat-7"
    assert "chat-7" in [item["session_id"] for item in telltale.get("/api/v1/sessions", limit=100)["items"]]


@pytest.mark.shows("scores")
def test_feedback_is_scores(telltale, read, spans):
    scores = telltale.get("/api/v1/scores", trace_id=read["trace_id"])["items"]
    rated = only(spans, "rate")["span_id"]
    found = sorted((score["target"], score.get("span_id"), score["name"], score["value"], score["comment"]) for score in scores)
    assert found == [
        ("span", rated, "style", "0.5", "short"),
        ("span", rated, "tone", "0.25", None),
        ("trace", None, "helpful", "1.0", "good"),
    ]
    of_thread = telltale.get("/api/v1/scores", session_id="chat-7")["items"]
    assert [(score["name"], score["value"]) for score in of_thread] == [("patience", "0.75")]


def test_the_sdk_reads_back_what_it_sent(read):
    assert read["trace"] == ["agent", {"question": "What is the weather in Paris?"}, "sunny", "chat-7", ["holiday", "try"], "acme"]
    assert read["scores"] == [["helpful", 1.0, "good"]]
    assert read["span_scores"] == [["style", 0.5], ["tone", 0.25]]
    assert read["threads"] == [["chat-7", [["patience", 0.75]]]]
    assert read["spans"] == [
        ["agent", "general", False],
        *[["chat_completion_create", "llm", True]] * 3,
        ["chat_completion_stream", "llm", True],
        ["fails", "general", True],
        ["get_weather", "tool", True],
        ["rate", "general", True],
        ["responses_create", "llm", True],
    ]
    assert [usage["total_tokens"] for usage in read["usage"]] == [120] * 2
    assert "agent" in read["found"] and "by hand" not in read["found"]
    assert read["by_hand"] in read["named"]
    assert (read["paged"], read["project"]) == (9, PROJECT)
