"""LangSmith's JavaScript SDK, unmodified: traceable functions, a wrapped OpenAI client, feedback, `evaluate()`."""

import json

import pytest
import test_langsmith as native
from test_langsmith import named, said, text_of

pytestmark = [pytest.mark.client("LangSmith (JavaScript)", environment="langsmith", package="langsmith", language="javascript")]


@pytest.fixture(scope="module")
def read(client, telltale, provider_url):
    settings = native.environment(telltale, provider_url, LANGSMITH_PROJECT="holidays-js", LANGSMITH_ENDPOINT=telltale.url + "/api")
    return json.loads(client.run("langsmith_calls.mjs", **settings).stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def spans(telltale, read):
    return native.spans_of(telltale, read["run"])


@pytest.mark.shows("traces")
def test_the_tree_is_that_of_the_functions(spans):
    root = named(spans, "agent")
    assert {span["parent_span_id"] for span in spans if span is not root} == {root["span_id"]}
    assert sorted(span["kind"] for span in spans) == ["chain", "chain"] + ["llm"] * 4 + ["tool"]
    assert root["tags"] == ["holiday"]
    assert root["source"]["sdk"].startswith("langsmith-js 0.")
    assert not any("negative_duration" in span["quality"] for span in spans)


@pytest.mark.shows("messages", "tools", "streaming")
def test_messages_tools_and_streams(spans):
    span = said(spans, "weather in Paris")
    assert [(message["role"], text_of(message)) for message in span["input"]] == [
        ("system", "Be brief."),
        ("user", "What is the weather in Paris?"),
    ]
    call = said(spans, "Weather in Paris?")["output"][0]["parts"]
    assert [(part["name"], part["arguments"]) for part in call] == [("get_weather", {"city": "Paris"})]
    assert named(spans, "get_weather")["output"][0]["parts"][0]["result"] == {"city": "Paris", "sky": "clear"}
    streamed = said(spans, "Count.")
    assert text_of(streamed["output"][0]) == "Hello, the weather in Paris is sunny."
    assert float(streamed["time_to_first_token_ms"]) > 0


@pytest.mark.shows("usage", "cost")
@pytest.mark.parametrize("words", ["weather in Paris", "Count.", "Weather in Paris?"])
def test_tokens_are_counted_once(spans, words):
    span = said(spans, words)
    assert native.buckets(span) == {"input_uncached": 36, "cache_read": 64, "output_text": 12, "output_reasoning": 8}
    assert (span["usage"]["split"], span["cost"]["total_usd"]) == ("exact", native.OPENAI_USD)


@pytest.mark.shows("errors", "sessions", "scores")
def test_errors_session_and_feedback(telltale, read, spans):
    failed = named(spans, "fails")
    assert (failed["status"], failed["error_type"], failed["error_message"]) == ("error", "TypeError", "nothing to see")
    call = said(spans, "Fail, please.")
    assert call["status"] == "error" and "429" in call["error_message"]
    assert {(span["session_id"], span["user_id"]) for span in spans} == {("chat-8", "grace")}
    scores = telltale.get("/api/v1/scores", trace_id=read["run"])["items"]
    assert [(score["name"], score["value"], score["comment"]) for score in scores] == [("helpful", "0.5", "fair")]


def test_an_experiment_is_read_back(read):
    assert (read["inputs"], read["outputs"]["answer"]) == ({"question": "What is the weather in Paris?"}, "sunny")
    assert read["count"] == 2
    assert sorted(read["runs"], key=str) == [[{"n": 1}, {"double": 2}, True], [{"n": 2}, {"double": 4}, True]]
