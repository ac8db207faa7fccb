"""The real `openai` package with the official OpenTelemetry instrumentation, against a fake provider, into the real binary."""

import os
import pathlib
import subprocess
import sys

import pytest

SCRIPT = pathlib.Path(__file__).with_name("openai_calls.py")

# 100 input and 20 output tokens of gpt-4o-mini at 0.15 and 0.60 USD a million. This instrumentation does not report the cached part.
COST_USD = "0.000027"


@pytest.fixture(scope="module")
def spans(telltale, provider_url):
    environment = os.environ | {
        "OPENAI_BASE_URL": provider_url + "/v1",
        "OPENAI_API_KEY": "sk-not-a-real-key",
        "OTEL_EXPORTER_OTLP_ENDPOINT": telltale.url,
        "OTEL_SERVICE_NAME": "sdk-test",
        "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "SPAN_ONLY",
    }
    subprocess.run([sys.executable, SCRIPT], env=environment, check=True, timeout=120)
    summaries = telltale.get("/api/v1/spans", filter="service:sdk-test kind:llm", limit=50)["items"]
    assert len(summaries) == 4
    details = [telltale.get(f"/api/v1/spans/{span['trace_id']}/{span['span_id']}") for span in summaries]
    return {text_of(span["input"][-1]): span for span in details}


def text_of(message):
    return "".join(part.get("text", "") for part in message["parts"])


def span_of(spans, words):
    return next(span for text, span in spans.items() if words in text)


@pytest.mark.parametrize("words", ["Say hello.", "Count to three."])
def test_a_call_has_its_tokens_cost_and_messages(spans, words):
    span = span_of(spans, words)
    assert (span["provider"], span["request_model"], span["status"] != "error") == ("openai", "gpt-4o-mini", True)
    assert (span["usage"]["input_tokens"], span["usage"]["output_tokens"], span["usage"]["total_tokens"]) == (100, 20, 120)
    assert (span["cost"]["total_usd"], span["cost"]["source"]) == (COST_USD, "computed")
    assert [message["role"] for message in span["output"]] == ["assistant"]
    assert text_of(span["output"][0])
    assert span["duration_ms"] is not None


def test_the_system_message_is_part_of_the_conversation(spans):
    span = span_of(spans, "Say hello.")
    said = (span["system"] or []) + span["input"]
    assert [(message["role"], text_of(message)) for message in said] == [("system", "Be brief."), ("user", "Say hello.")]


def test_a_tool_call_has_parsed_arguments(spans):
    calls = [part for part in span_of(spans, "weather in Paris")["output"][0]["parts"] if part["type"] == "tool_call"]
    assert [(call["name"], call["arguments"]) for call in calls] == [("get_weather", {"city": "Paris"})]


def test_a_failed_call_says_why_and_costs_nothing_known(spans):
    span = span_of(spans, "Fail, please.")
    assert (span["status"], span["error_type"]) == ("error", "RateLimitError")
    assert span["cost"]["total_usd"] is None
    assert span["usage"]["total_tokens"] is None


def test_the_dashboard_counts_the_four_calls(telltale, spans):
    numbers = telltale.get("/api/v1/analytics/dashboard", filter="service:sdk-test")
    assert (numbers["total_requests"], numbers["failed_requests"], numbers["total_tokens"]) == (4, 1, 360)
    assert numbers["total_cost_usd"] == "0.000081"
    assert numbers["unpriced_requests"] == 1
