"""LangChain and LangGraph, which trace themselves to LangSmith, unmodified."""

import pytest
import test_langsmith as native
from test_langsmith import named, said, text_of

pytestmark = [
    pytest.mark.client("LangChain, LangGraph (LangSmith tracer)", environment="langsmith", package="langchain"),
    pytest.mark.gap("scores", "feedback is given with the LangSmith SDK"),
]


@pytest.fixture(scope="module")
def spans(client, telltale, provider_url):
    client.run("langchain_calls.py", **native.environment(telltale, provider_url, LANGSMITH_PROJECT="chains"))
    listed = telltale.get("/api/v1/spans", filter="attr.langsmith.project:chains", limit=100)["items"]
    return [telltale.get(f"/api/v1/spans/{span['trace_id']}/{span['span_id']}") for span in listed]


@pytest.mark.shows("traces")
def test_an_agent_is_a_tree_of_nodes_calls_and_tools(spans):
    root = named(spans, "weather_agent")
    of_agent = [span for span in spans if span["trace_id"] == root["trace_id"]]
    assert sorted(span["name"] for span in of_agent) == ["ChatOpenAI", "ChatOpenAI", "get_weather", "model", "model", "tools", "weather_agent"]
    parents = {span["span_id"]: span for span in of_agent}
    assert {parents[span["parent_span_id"]]["name"] for span in of_agent if span["kind"] == "llm"} == {"model"}
    assert named(spans, "Atlas")["kind"] == "retrieval"
    assert named(spans, "ChatPromptTemplate")["kind"] == "prompt"


@pytest.mark.shows("messages", "tools")
def test_messages_of_the_agent(spans):
    conversation = named(spans, "weather_agent")["output"]
    assert [message["role"] for message in conversation] == ["user", "assistant", "tool", "assistant"]
    assert [part["type"] for message in conversation for part in message["parts"]] == ["text", "tool_call", "tool_result", "text"]
    first = next(span for span in spans if span["kind"] == "llm" and text_of(span["input"][-1]) == "Weather in Paris?")
    assert first["input"][0]["role"] == "system" and text_of(first["input"][0]) == "Be brief."
    assert [(part["name"], part["arguments"]) for part in first["output"][0]["parts"]] == [("get_weather", {"city": "Paris"})]
    tool = named(spans, "get_weather")
    call, result = tool["input"][0]["parts"][0], tool["output"][0]["parts"][0]
    assert (call["arguments"], result["result"], call["id"]) == ({"city": "Paris"}, "sunny", result["id"])
    assert first["tools"][0]["function"]["name"] == "get_weather"
    filled = named(spans, "ChatPromptTemplate")["output"]
    assert [(message["role"], text_of(message)) for message in filled] == [("system", "Use: Paris is in France."), ("user", "Where is Paris?")]


@pytest.mark.shows("streaming")
def test_a_stream_is_put_together(spans):
    span = said(spans, "Count to three.")
    assert text_of(span["output"][0]) == "Hello, the weather in Paris is sunny."
    assert 0 < float(span["time_to_first_token_ms"]) <= float(span["duration_ms"])


@pytest.mark.shows("usage", "cost")
def test_tokens_are_counted_once(telltale, spans):
    calls = [span for span in spans if span["kind"] == "llm" and span["status"] == "ok"]
    assert len(calls) == 4
    for span in calls:
        assert native.buckets(span) == {"input_uncached": 36, "cache_read": 64, "output_text": 12, "output_reasoning": 8}
        assert (span["usage"]["split"], span["cost"]["total_usd"]) == ("exact", native.OPENAI_USD)
        assert (span["provider"], span["request_model"], span["response_model"]) == ("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18")
    assert telltale.get("/api/v1/analytics/dashboard", filter="attr.langsmith.project:chains")["total_cost_usd"] == "0.0000888"


@pytest.mark.shows("errors", "sessions")
def test_errors_and_sessions(spans):
    failed = next(span for span in spans if span["status"] == "error")
    assert (failed["kind"], failed["error_type"]) == ("llm", "OpenAIRateLimitError")
    assert "429" in failed["error_message"]
    assert {(span["session_id"], span["user_id"]) for span in spans} == {("thread-9", "alan")}
    assert all("trip" in span["tags"] for span in spans)
