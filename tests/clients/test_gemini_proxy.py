"""Google's own SDK, unmodified, through the logging proxy: one base URL is changed."""

import pytest
from proxied import Calls, parts, text_of

pytestmark = [
    pytest.mark.client("Google Gen AI SDK through the proxy (Python)", environment="providers", package="google-genai"),
    pytest.mark.gap("scores", "the SDK sends none"),
]

# 36 tokens at 1.25, 64 cached at 0.125, 20 out at 10 dollars a million.
CALL_USD = "0.000253"


@pytest.fixture(scope="module")
def calls(client, proxy, provider_url):
    return Calls(client, "gemini_proxy_calls.py", proxy, provider_url, "gemini")


@pytest.fixture(scope="module")
def spans(calls):
    names = ["content", "stream", "thoughts", "tools", "embeddings", "refused"]
    return dict(zip(names, calls.spans(len(names)), strict=True))


def test_the_application_gets_what_it_gets_directly(calls):
    assert calls.proxied == calls.direct
    assert calls.proxied["refused"] == ["ClientError", 429, "RESOURCE_EXHAUSTED"]


@pytest.mark.shows("traces", "messages", "usage", "cost", "sessions")
@pytest.mark.parametrize("name", ["content", "stream"])
def test_calls_have_exact_buckets_and_cost(spans, name):
    span = spans[name]
    usage = span["usage"]
    assert (usage["input_uncached"], usage["cache_read"], usage["output_text"], usage["output_reasoning"]) == (36, 64, 12, 8)
    assert (usage["split"], span["cost"]["total_usd"], span["cost"]["source"], span["status"]) == ("exact", CALL_USD, "computed", "ok")
    assert (span["provider"], span["request_model"], span["response_model"]) == ("gcp.gemini", "gemini-2.5-pro", "gemini-2.5-pro")
    assert (span["session_id"], span["user_id"]) == ("gemini-session", "ada")
    assert (text_of(span), text_of(span, "input")) == ("Hello, the weather in Paris is sunny.", "What is the weather in Paris?")


@pytest.mark.shows("messages", "tools", "streaming")
def test_instructions_thoughts_tools_and_the_first_word(spans):
    assert text_of(spans["content"], "system") == "Be brief."
    assert [part["text"] for part in parts(spans["thoughts"], "reasoning")] == ["The user asks for the weather."]
    (call,) = parts(spans["tools"], "tool_call")
    assert (call["name"], call["arguments"]) == ("get_weather", {"city": "Paris"})
    assert 0 < float(spans["stream"]["time_to_first_token_ms"]) <= float(spans["stream"]["duration_ms"])


def test_embeddings_report_no_usage(spans):
    span = spans["embeddings"]
    assert (span["kind"], span["usage"]["input_tokens"], span["cost"]["total_usd"]) == ("embedding", None, None)
    assert (text_of(span, "input"), span["attributes"]["response.embeddings"]) == ("ab", 2)


@pytest.mark.shows("errors")
def test_failures(spans):
    refused = spans["refused"]
    assert (refused["status"], refused["error_type"], refused["attributes"]["http.response.status_code"]) == ("error", "RESOURCE_EXHAUSTED", 429)


def test_keys_are_not_kept(spans):
    assert "not-a-real-key" not in str(spans)
