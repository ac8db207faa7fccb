"""Anthropic's own SDK, unmodified, through the logging proxy: one base URL is changed."""

import pytest
from proxied import Calls, parts, text_of

pytestmark = [
    pytest.mark.client("Anthropic SDK through the proxy (Python)", environment="providers", package="anthropic"),
    pytest.mark.gap("scores", "the SDK sends none"),
]

# 30 in, 40 written for 5 minutes and 10 for an hour, 1000 read, 25 out, one search: 3, 3.75, 6, 0.30 and 15 dollars a million, 0.01 each.
CALL_USD = "0.010975"


@pytest.fixture(scope="module")
def calls(client, proxy, provider_url):
    return Calls(client, "anthropic_proxy_calls.py", proxy, provider_url, "anthropic")


@pytest.fixture(scope="module")
def spans(calls):
    names = ["message", "stream", "thinking", "tools", "refused", "broken"]
    return dict(zip(names, calls.spans(len(names)), strict=True))


def test_the_application_gets_what_it_gets_directly(calls):
    assert calls.proxied == calls.direct
    assert calls.proxied["refused"][:2] == ["RateLimitError", 429]


@pytest.mark.shows("traces", "messages", "usage", "cost", "sessions")
@pytest.mark.parametrize("name", ["message", "stream"])
def test_calls_have_exact_buckets_and_cost(spans, name):
    span = spans[name]
    usage = span["usage"]
    assert (usage["input_uncached"], usage["cache_read"], usage["cache_write_5m"], usage["cache_write_1h"]) == (30, 1000, 40, 10)
    assert (usage["output_text"], usage["web_searches"], usage["input_tokens"], usage["split"]) == (25, 1, 1080, "exact")
    assert (span["cost"]["total_usd"], span["cost"]["source"], span["status"]) == (CALL_USD, "computed", "ok")
    assert (span["provider"], span["session_id"], span["user_id"]) == ("anthropic", "anthropic-session", "ada")
    assert text_of(span) == "Hello, the weather in Paris is sunny."
    assert (text_of(span, "system"), text_of(span, "input")) == ("Be brief.", "What is the weather in Paris?")


@pytest.mark.shows("streaming")
def test_streams_tell_when_the_first_word_came(spans):
    for name in ["stream", "thinking", "tools"]:
        assert 0 < float(spans[name]["time_to_first_token_ms"]) <= float(spans[name]["duration_ms"])


@pytest.mark.shows("messages")
def test_thinking(spans):
    assert [part["text"] for part in parts(spans["thinking"], "reasoning")] == ["The user asks for the weather."]
    assert (spans["thinking"]["usage"]["output_reasoning"], spans["thinking"]["usage"]["output_text"]) == (8, 17)


@pytest.mark.shows("tools")
def test_tools(spans):
    (call,) = parts(spans["tools"], "tool_call")
    assert (call["name"], call["arguments"], call["id"]) == ("get_weather", {"city": "Paris"}, "toolu_abc123")
    assert spans["tools"]["finish_reasons"] == ["tool_use"]


@pytest.mark.shows("errors")
def test_failures(spans):
    refused, broken = spans["refused"], spans["broken"]
    assert (refused["status"], refused["error_type"], refused["attributes"]["http.response.status_code"]) == ("error", "rate_limit_error", 429)
    assert (broken["status"], broken["error_type"], text_of(broken)) == ("error", "overloaded_error", "Hello, the ")


def test_keys_are_not_kept(spans):
    assert "sk-ant-not-real" not in str(spans)
