"""OpenAI's own SDK, unmodified, through the logging proxy: one base URL is changed."""

import pytest
from proxied import Calls, parts, text_of

pytestmark = [
    pytest.mark.client("OpenAI SDK through the proxy (Python)", environment="providers", package="openai"),
    pytest.mark.gap("scores", "the SDK sends none"),
]

ANSWER = "Hello, the weather in Paris is sunny."
# 36 tokens at 0.15, 64 cached at 0.075, 20 out at 0.60 dollars a million.
CALL_USD = "0.0000222"


@pytest.fixture(scope="module")
def calls(client, proxy, provider_url):
    return Calls(client, "openai_proxy_calls.py", proxy, provider_url, "openai", "/v1")


@pytest.fixture(scope="module")
def spans(calls):
    names = ["chat", "chat stream", "tools", "responses", "responses stream", "embeddings", "refused", "broken", "raw"]
    return dict(zip(names, calls.spans(len(names)), strict=True))


def test_the_application_gets_what_it_gets_directly(calls):
    # The proxy adds two headers that keep browsers from taking an answer for a page.
    added = {"content-security-policy", "x-content-type-options"}
    assert [name for name in calls.proxied.pop("headers") if name not in added] == calls.direct.pop("headers")
    assert calls.proxied == calls.direct
    assert calls.proxied["refused"][:2] == ["RateLimitError", 429]


@pytest.mark.shows("traces", "messages", "usage", "cost")
@pytest.mark.parametrize("name", ["chat", "chat stream", "responses", "responses stream"])
def test_calls_have_exact_buckets_and_cost(spans, name):
    span = spans[name]
    usage = span["usage"]
    assert (usage["input_uncached"], usage["cache_read"], usage["output_text"], usage["output_reasoning"]) == (36, 64, 12, 8)
    assert (usage["split"], span["cost"]["total_usd"], span["cost"]["source"], span["status"]) == ("exact", CALL_USD, "computed", "ok")
    assert (span["provider"], span["request_model"], span["response_model"]) == ("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert text_of(span) == ANSWER
    assert "quality" not in span or span["quality"] == []


@pytest.mark.shows("messages", "sessions")
def test_who_asked_what(spans):
    chat = spans["chat"]
    assert [message["role"] for message in chat["input"]] == ["system", "user"]
    assert text_of(chat, "input") == "Be brief.What is the weather in Paris?"
    assert (chat["session_id"], chat["user_id"], chat["tags"]) == ("openai-session", "ada", ["proxied"])
    assert chat["model_parameters"] == {"temperature": "0.2"}
    assert chat["source"]["convention"] == "proxy" and chat["source"]["sdk"].startswith("OpenAI/Python")
    assert spans["responses"]["system"][0]["parts"][0]["text"] == "Be brief."
    assert [part["text"] for part in parts(spans["responses"], "reasoning")] == ["The user asks for the weather."]


@pytest.mark.shows("streaming")
def test_streams_tell_when_the_first_word_came(spans):
    for name in ["chat stream", "responses stream"]:
        assert 0 < float(spans[name]["time_to_first_token_ms"]) <= float(spans[name]["duration_ms"])
    assert spans["chat"]["time_to_first_token_ms"] is None


@pytest.mark.shows("tools")
def test_tools(spans):
    (call,) = parts(spans["tools"], "tool_call")
    assert (call["name"], call["arguments"]) == ("get_weather", {"city": "Paris"})
    assert spans["tools"]["tools"][0]["function"]["name"] == "get_weather"


def test_embeddings(spans):
    span = spans["embeddings"]
    assert (span["kind"], span["usage"]["input_tokens"], span["usage"]["output_tokens"]) == ("embedding", 16, None)
    assert (span["cost"]["total_usd"], span["attributes"]["response.embeddings"]) == ("0.00000032", 2)


@pytest.mark.shows("errors")
def test_failures(spans):
    refused, broken = spans["refused"], spans["broken"]
    assert (refused["status"], refused["error_type"], refused["attributes"]["http.response.status_code"]) == ("error", "rate_limit_error", 429)
    assert "Rate limit" in refused["error_message"]
    assert (broken["status"], broken["error_type"], text_of(broken)) == ("error", "server_error", "Hello, the ")


def test_keys_are_not_kept(spans):
    assert "sk-not-a-real-key" not in str(spans)
