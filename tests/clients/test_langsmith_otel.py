"""The `langsmith` package in its OTel mode: the same application, sent as OTLP to `/otel/v1/traces`."""

import pytest
import test_langsmith as native
from test_langsmith import named, said, text_of

pytestmark = [
    pytest.mark.client("LangSmith (Python, OTel mode)", environment="langsmith", package="langsmith"),
    pytest.mark.gap("scores", "feedback is sent beside OTel: see LangSmith (Python)"),
]


@pytest.fixture(scope="module")
def spans(client, telltale, provider_url):
    settings = native.environment(
        telltale, provider_url, LANGSMITH_PROJECT="otel", LANGSMITH_OTEL_ENABLED="true", LANGSMITH_OTEL_ONLY="true"
    )
    client.run("langsmith_calls.py", "calls", **settings)
    roots = telltale.get("/api/v1/spans", filter="attr.langsmith.project:otel name:agent", limit=5)["items"]
    assert len(roots) == 1
    return native.spans_of(telltale, roots[0]["trace_id"])


@pytest.mark.shows("traces")
def test_the_tree_is_that_of_the_functions(spans):
    root = named(spans, "agent")
    assert {span["parent_span_id"] for span in spans if span is not root} == {root["span_id"]}
    assert sorted(span["kind"] for span in spans) == ["chain"] * 3 + ["llm"] * 7 + ["retrieval", "tool"]
    assert {span["source"]["convention"] for span in spans} == {"langsmith"}
    assert all(set(span["tags"]) == {"try", "holiday"} for span in spans)


@pytest.mark.shows("messages", "tools")
def test_messages_and_tools(spans):
    span = said(spans, "weather in Paris")
    assert [(message["role"], text_of(message)) for message in span["input"]] == [
        ("system", "Be brief."),
        ("user", "What is the weather in Paris?"),
    ]
    call = said(spans, "Weather in Paris?")["output"][0]["parts"]
    assert [(part["name"], part["arguments"]) for part in call] == [("get_weather", {"city": "Paris"})]
    assert named(spans, "get_weather")["output"][0]["parts"][0]["result"] == {"sky": "clear", "degrees": 21}


@pytest.mark.shows("streaming")
def test_streams_are_put_together(spans):
    assert text_of(said(spans, "Count.")["output"][0]) == "Hello, the weather in Paris is sunny."


@pytest.mark.shows("usage", "cost")
def test_tokens_are_counted_once(spans):
    span = said(spans, "Count.")
    assert native.buckets(span) == {"input_uncached": 36, "cache_read": 64, "output_text": 12, "output_reasoning": 8}
    assert (span["usage"]["split"], span["cost"]["total_usd"]) == ("exact", native.OPENAI_USD)
    span = said(spans, "Hello, Claude.")
    assert native.buckets(span) == {"input_uncached": 30, "cache_read": 1000, "cache_write_5m": 40, "cache_write_1h": 10, "output_text": 25}
    assert span["cost"]["total_usd"] == native.ANTHROPIC_USD


@pytest.mark.shows("errors", "sessions")
def test_errors_and_sessions(spans):
    assert named(spans, "fails")["error_type"] == "ValueError"
    assert (said(spans, "Fail, please.")["status"], said(spans, "Fail, please.")["error_type"]) == ("error", "RateLimitError")
    assert {(span["session_id"], span["user_id"]) for span in spans} == {("chat-7", "ada")}
    assert "lsv2_pt_0123456789" not in str(spans)
