"""The `langsmith` package, unmodified: functions, wrapped clients, feedback, files. Sent as forms over zstd, and run by run."""

import pytest

PROJECT = "holidays"
# gpt-4o-mini: 36 uncached, 64 cached and 20 output tokens. claude-sonnet-4-5: 30 uncached, 40 + 10 written to caches, 1000 read, 25 out.
# The wrapper of Anthropic's client drops the web search.
OPENAI_USD, ANTHROPIC_USD = "0.0000222", "0.000975"

pytestmark = [pytest.mark.client("LangSmith (Python)", environment="langsmith", package="langsmith")]


def environment(telltale, provider_url, **more):
    return {
        "LANGSMITH_ENDPOINT": telltale.url,
        "LANGSMITH_API_KEY": "lsv2_pt_not_a_real_key",
        "LANGSMITH_PROJECT": PROJECT,
        "LANGSMITH_TRACING": "true",
        "OPENAI_BASE_URL": provider_url + "/v1",
        "OPENAI_API_KEY": "sk-not-a-real-key",
        "ANTHROPIC_BASE_URL": provider_url,
        "ANTHROPIC_API_KEY": "sk-not-a-real-key",
        "PYTHONWARNINGS": "ignore",
    } | more


def spans_of(telltale, run_id):
    items = telltale.get(f"/api/v1/traces/{run_id}", limit=100)["spans"]
    return [telltale.get(f"/api/v1/spans/{span['trace_id']}/{span['span_id']}") for span in items]


def text_of(message):
    return "".join(part.get("text", "") for part in message["parts"])


def said(spans, words):
    """The span whose newest input message holds these words."""
    return next(span for span in spans if span["kind"] == "llm" and words in text_of(span["input"][-1]))


def named(spans, name):
    return next(span for span in spans if span["name"] == name)


def buckets(span):
    """Buckets that are known and not zero."""
    usage = span["usage"]
    names = ["input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_unknown", "input_audio", "output_text", "output_reasoning"]
    return {name: usage[name] for name in names if usage[name]}


@pytest.fixture(scope="module", params=["forms", "single"])
def run(request, client, telltale, provider_url):
    # The endpoint that users of self-hosted servers give, for one of the two.
    prefix = {"forms": "", "single": "/api/v1"}[request.param]
    settings = environment(telltale, provider_url, LANGSMITH_ENDPOINT=telltale.url + prefix)
    return client.run("langsmith_calls.py", request.param, **settings).stdout.split()[-1]


@pytest.fixture(scope="module")
def spans(telltale, run):
    return spans_of(telltale, run)


@pytest.mark.shows("traces")
def test_the_tree_is_that_of_the_functions(spans):
    root = named(spans, "agent")
    assert (root["parent_span_id"], root["kind"], root["status"]) == (None, "chain", "ok")
    assert {span["parent_span_id"] for span in spans if span is not root} == {root["span_id"]}
    assert not any(span.get("running") for span in spans)
    kinds = sorted(span["kind"] for span in spans)
    assert kinds == ["chain"] * 3 + ["llm"] * 7 + ["retrieval", "tool"]
    assert all(set(span["tags"]) == {"try", "holiday"} for span in spans)
    assert all(span["attributes"]["langsmith.project"] == PROJECT for span in spans)
    assert root["source"]["sdk"].startswith("langsmith-py 0.")


@pytest.mark.shows("messages")
def test_messages_are_a_conversation(spans):
    span = said(spans, "weather in Paris")
    assert [(message["role"], text_of(message)) for message in span["input"]] == [
        ("system", "Be brief."),
        ("user", "What is the weather in Paris?"),
    ]
    assert [message["role"] for message in span["output"]] == ["assistant"]
    assert text_of(span["output"][0]) == "Hello, the weather in Paris is sunny."
    assert (span["request_model"], span["response_model"], span["provider"]) == ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", "openai")
    assert span["model_parameters"]["temperature"] == "0.2"
    thought = said(spans, "Think first.")["output"][0]["parts"]
    assert [part["type"] for part in thought] == ["reasoning", "text"]
    assert text_of(said(spans, "Hello, Claude.")["output"][0]) == "Hello, the weather in Paris is sunny."


@pytest.mark.shows("tools")
def test_tools_are_calls_with_arguments_and_results(spans):
    call = said(spans, "Weather in Paris?")["output"][0]["parts"]
    assert [(part["type"], part["name"], part["arguments"]) for part in call] == [("tool_call", "get_weather", {"city": "Paris"})]
    assert said(spans, "Weather in Paris?")["tools"][0]["function"]["name"] == "get_weather"
    tool = named(spans, "get_weather")
    assert (tool["tool"], tool["input"][0]["parts"][0]["arguments"]) == ("get_weather", {"city": "Paris"})
    assert tool["output"][0]["parts"][0]["result"] == {"sky": "clear", "degrees": 21}
    documents = named(spans, "find")["output"][0]["parts"][0]["result"]
    assert [document["page_content"] for document in documents] == ["Paris is in France."]


@pytest.mark.shows("streaming")
@pytest.mark.parametrize("words", ["Count.", "Stream, Claude."])
def test_streams_are_put_together(spans, words):
    span = said(spans, words)
    assert text_of(span["output"][0]) == "Hello, the weather in Paris is sunny."
    assert 0 < float(span["time_to_first_token_ms"]) <= float(span["duration_ms"])


@pytest.mark.shows("usage", "cost")
@pytest.mark.parametrize("words", ["weather in Paris", "Count.", "Weather in Paris?", "Think first."])
def test_tokens_of_openai_are_counted_once(spans, words):
    span = said(spans, words)
    assert buckets(span) == {"input_uncached": 36, "cache_read": 64, "output_text": 12, "output_reasoning": 8}
    assert (span["usage"]["split"], span["usage"]["total_tokens"]) == ("exact", 120)
    assert (span["cost"]["total_usd"], span["cost"]["source"]) == (OPENAI_USD, "computed")


@pytest.mark.shows("usage", "cost")
@pytest.mark.parametrize("words", ["Hello, Claude.", "Stream, Claude."])
def test_tokens_of_anthropic_are_counted_once(spans, words):
    span = said(spans, words)
    assert buckets(span) == {"input_uncached": 30, "cache_read": 1000, "cache_write_5m": 40, "cache_write_1h": 10, "output_text": 25}
    assert (span["usage"]["split"], span["cost"]["total_usd"]) == ("exact", ANTHROPIC_USD)


@pytest.mark.shows("errors")
def test_errors_say_their_type_and_message(spans):
    call = said(spans, "Fail, please.")
    assert (call["status"], call["error_type"], call["cost"]["total_usd"]) == ("error", "RateLimitError", None)
    assert "429" in call["error_message"]
    assert call["usage"]["total_tokens"] is None
    failed = named(spans, "fails")
    assert (failed["status"], failed["error_type"], failed["error_message"]) == ("error", "ValueError", "nothing to see")


@pytest.mark.shows("sessions")
def test_session_and_user_are_on_every_span(telltale, spans):
    assert {(span["session_id"], span["user_id"]) for span in spans} == {("chat-7", "ada")}
    session = next(item for item in telltale.get("/api/v1/sessions", limit=100)["items"] if item["session_id"] == "chat-7")
    assert int(session["requests"]) % 7 == 0


@pytest.mark.shows("scores")
def test_feedback_is_a_score_of_the_trace(telltale, run):
    scores = telltale.get("/api/v1/scores", trace_id=run)["items"]
    assert [(score["target"], score["name"], score["value"], score["comment"]) for score in scores] == [("trace", "helpful", "1.0", "good")]


def test_files_are_kept_and_secrets_are_not(spans):
    picture = named(spans, "picture")
    assert picture["attributes"]["langsmith.attachments"]["picture"]["mime_type"] == "image/png"
    root = named(spans, "agent")
    assert "secret_removed" in root["quality"]
    assert "LANGSMITH_EXTRA_TOKEN" not in root["metadata"]
    assert "lsv2_pt_0123456789" not in str(spans)
