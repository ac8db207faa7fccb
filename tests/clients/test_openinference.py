"""OpenInference's instrumentations, unmodified, sending with `phoenix.otel.register`."""

import pytest

from reading import ANSWER, ANTHROPIC, CALL, CLAUDE_SONNET_4_5_USD, GPT_4O_MINI_USD, OPENAI, buckets, model_calls, named, only, parts, said, spans_of

QUESTION = ("user", "What is the weather in Paris?")
pytestmark = [pytest.mark.client("OpenInference", environment="openinference", package="openinference-instrumentation")]


def openinference(name, package):
    return pytest.mark.client(f"OpenInference {name} (Python)", environment="openinference", package=f"openinference-instrumentation-{package}")


@pytest.fixture(scope="module")
def run(client, telltale, provider_url):
    """Runs the application and answers its spans; its project is the service."""

    def run(application):
        project = f"openinference-{application}"
        client.run(
            "openinference_calls.py",
            application,
            PHOENIX_COLLECTOR_ENDPOINT=telltale.url,
            PHOENIX_PROJECT_NAME=project,
            OPENAI_BASE_URL=provider_url + "/v1",
            OPENAI_API_BASE=provider_url + "/v1",
            OPENAI_API_KEY="sk-none",
            ANTHROPIC_BASE_URL=provider_url,
            ANTHROPIC_API_KEY="sk-ant-none",
        )
        spans = spans_of(telltale, project)
        assert {span["source"]["convention"] for span in spans} <= {"openinference", "otel_genai"}
        return spans

    return run


def belongs_to_ada(spans):
    return all((span["session_id"], span["user_id"], span["tags"]) == ("sess-1", "ada", ["try", "weather"]) for span in spans)


@openinference("OpenAI", "openai")
@pytest.mark.gap("scores", "by Phoenix' client: see there")
class TestOpenAI:
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("openai")

    @pytest.mark.shows("traces", "sessions")
    def test_one_tree_of_one_user(self, spans):
        agent = only(spans, "weather-agent")
        assert (agent["kind"], agent["parent_span_id"]) == ("agent", None)
        assert {span["parent_span_id"] for span in spans if span is not agent} == {agent["span_id"]}
        assert belongs_to_ada(spans) and agent["metadata"] == {"plan": "free"}
        assert (said(agent["input"]), said(agent["output"])) == ([QUESTION], [("assistant", "sunny")])
        retrieval = only(spans, "search")
        assert parts(retrieval["output"])[0]["result"] == [{"content": "Paris is in France.", "score": "0.9"}]

    @pytest.mark.shows("usage", "cost", "messages")
    def test_counts_and_costs_are_exact(self, spans):
        told = [span for span in named(spans, "ChatCompletion") + named(spans, "Response") if span["usage"]["input_tokens"]]
        assert len(told) == 6
        assert {(buckets(span), span["usage"]["split"], span["cost"]["total_usd"]) for span in told} == {(OPENAI, "exact", GPT_4O_MINI_USD)}
        chat = told[0]
        assert (chat["provider"], chat["request_model"], chat["response_model"]) == ("openai", "gpt-4o-mini", "gpt-4o-mini-2024-07-18")
        assert said(chat["input"]) == [("system", "You are a helpful assistant."), QUESTION]
        assert said(chat["output"]) == [("assistant", ANSWER)]
        assert chat["model_parameters"] == {"temperature": "0.2"}
        embedding = only(spans, "CreateEmbeddings")
        assert (embedding["kind"], embedding["usage"]["input_tokens"], embedding["cost"]["total_usd"]) == ("embedding", 16, "0.00000032")
        assert said(embedding["input"]) == [("user", "hello"), ("user", "world")]

    @pytest.mark.shows("streaming")
    def test_streams(self, spans):
        with_usage, without = [span for span in spans if span["model_parameters"].get("stream")]
        assert with_usage["time_to_first_token_ms"] and buckets(with_usage) == OPENAI
        # Nobody asked the provider to count: unknown, not zero.
        assert (without["usage"]["input_tokens"], without["cost"]["total_usd"]) == (None, None)
        assert said(without["output"]) == [("assistant", ANSWER)]

    @pytest.mark.shows("tools", "messages")
    def test_tools_and_pictures(self, spans):
        asked = [span for span in spans if CALL in parts(span["output"])]
        assert [span["name"] for span in asked] == ["ChatCompletion", "Response"]
        assert asked[0]["tools"][0]["function"]["name"] == "get_weather"
        answered = [span for span in spans if {"type": "tool_result", "id": "call_abc123", "result": "sunny"} in parts(span["input"])]
        assert len(answered) == 1
        tool = only(spans, "get_weather")
        assert (tool["kind"], parts(tool["input"])[0]["arguments"], parts(tool["output"])[0]["result"]) == ("tool", {"city": "Paris"}, "sunny")
        pictures = [part for span in spans for part in parts(span["input"]) if part["type"] == "media"]
        assert pictures == [{"type": "media", "media": "image", "mime_type": "image/png", "uri": "data:image/png;base64,iVBORw0KGgo="}]

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        (failed,) = [span for span in spans if span["status"] == "error"]
        assert failed["error_type"] == "openai.RateLimitError" and "429" in failed["error_message"]


@openinference("Anthropic", "anthropic")
@pytest.mark.gap("scores", "by Phoenix' client: see there")
class TestAnthropic:
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("anthropic")

    @pytest.mark.shows("traces", "usage", "cost", "sessions")
    def test_a_call_that_the_sdk_tells_too_is_billed_once(self, spans):
        own = [span for span in spans if span["name"] in ("messages.create", "messages.stream")]
        of_sdk = named(spans, "anthropic.messages.create")
        assert (len(own), len(of_sdk)) == (6, 6)
        assert {span["billed"] for span in of_sdk} == {False} and {span["billed"] for span in own} == {True}
        answered = [span for span in own if span["status"] == "ok"]
        assert {(buckets(span), span["usage"]["split"], span["cost"]["total_usd"]) for span in answered} == {
            (ANTHROPIC, "exact", CLAUDE_SONNET_4_5_USD)
        }
        assert belongs_to_ada(spans)

    @pytest.mark.shows("messages", "tools")
    def test_messages_and_tools(self, spans):
        first, *_ = named(spans, "messages.create")
        assert said(first["input"]) == [("system", "You are a helpful assistant."), QUESTION]
        assert said(first["output"]) == [("assistant", ANSWER)]
        (asked,) = [span for span in spans if any(part["type"] == "tool_call" for part in parts(span["output"]))]
        call = [part for part in parts(asked["output"]) if part["type"] == "tool_call"]
        assert [(part["name"], part["arguments"]) for part in call] == [("get_weather", {"city": "Paris"})], "told once"
        (answered,) = [span for span in spans if any(part["type"] == "tool_result" for part in parts(span["input"]))]
        (result,) = [part for part in parts(answered["input"]) if part["type"] == "tool_result"]
        assert (result["id"], result["result"]) == (call[0]["id"], "sunny")

    @pytest.mark.shows("streaming")
    def test_streams(self, spans):
        streams = [span for span in spans if span["model_parameters"].get("stream") and span["billed"]]
        assert [(span["name"], buckets(span), said(span["output"])) for span in streams] == [
            ("messages.create", ANTHROPIC, [("assistant", ANSWER)]),
            ("messages.stream", ANTHROPIC, [("assistant", ANSWER)]),
        ]

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        own, of_sdk = [span for span in spans if span["status"] == "error"]
        assert (own["error_type"], of_sdk["error_type"]) == ("anthropic.BadRequestError", "invalid_request_error")
        assert (own["billed"], of_sdk["billed"]) == (True, False)


@openinference("LangChain", "langchain")
@pytest.mark.gap("scores", "by Phoenix' client: see there")
class TestLangChain:
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("langchain")

    @pytest.mark.shows("traces", "usage", "cost", "sessions")
    def test_an_agent_with_its_calls(self, spans):
        agent = only(spans, "weather_agent")
        assert (agent["kind"], agent["agent"], agent["session_id"]) == ("agent", "weather_agent", "th-1")
        calls = [span for span in spans if span["trace_id"] == agent["trace_id"] and span["kind"] == "llm"]
        assert [(buckets(call), call["cost"]["total_usd"], call["agent"]) for call in calls] == [(OPENAI, GPT_4O_MINI_USD, "weather_agent")] * 2
        assert [span for span in spans if span["kind"] not in ("llm",) and span["usage"]["input_tokens"]] == [], "containers count nothing"

    @pytest.mark.shows("messages", "tools")
    def test_messages_of_graphs_are_conversations(self, spans):
        agent = only(spans, "weather_agent")
        assert said(agent["input"]) == [QUESTION]
        assert [message["role"] for message in agent["output"]] == ["user", "assistant", "tool", "assistant"]
        assert CALL in parts(agent["output"])
        tool = only(spans, "get_weather")
        assert parts(tool["output"]) == [{"type": "tool_result", "id": "call_abc123", "result": "sunny"}]
        retrieval = only(spans, "VectorStoreRetriever")
        assert parts(retrieval["output"])[0]["result"] == [{"content": "Paris is in France.", "metadata": {"page": 3}}]

    @pytest.mark.shows("streaming")
    def test_streams(self, spans):
        (stream,) = [span for span in spans if said(span["input"]) == [("user", "Count.")]]
        assert (buckets(stream), said(stream["output"])) == (OPENAI, [("assistant", ANSWER)])

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        (failed,) = [span for span in spans if span["status"] == "error"]
        assert failed["error_type"].endswith("OpenAIModelNotFoundError") and "Traceback" not in failed["error_message"]
        assert (failed["output"], failed["request_model"]) == (None, "gpt-err404")


@openinference("LlamaIndex", "llama-index")
@pytest.mark.gap("tools", "not tried")
@pytest.mark.gap("scores", "by Phoenix' client: see there")
class TestLlamaIndex:
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("llama-index")

    @pytest.mark.shows("traces", "usage", "cost", "messages", "sessions")
    def test_a_call_is_counted_once_however_deep_it_is_traced(self, spans):
        chats = [span for span in named(spans, "OpenAI.chat") if span["status"] == "ok"]
        assert [(buckets(chat), chat["cost"]["total_usd"]) for chat in chats] == [(OPENAI, GPT_4O_MINI_USD)] * 2
        assert said(chats[0]["output"]) == [("assistant", ANSWER)]
        predict = only(spans, "OpenAI.predict")
        assert (predict["billed"], chats[1]["parent_span_id"]) == (False, predict["span_id"])
        assert len([span for span in model_calls(spans) if span["kind"] == "embedding"]) == 2
        assert belongs_to_ada(spans)
        retrieval = only(spans, "VectorIndexRetriever.retrieve")
        assert parts(retrieval["output"])[0]["result"][0]["content"] == "Paris is in France."

    @pytest.mark.shows("streaming")
    def test_streams(self, spans):
        stream = only(spans, "OpenAI.stream_chat")
        assert stream["time_to_first_token_ms"] and said(stream["output"]) == [("assistant", ANSWER)]
        assert stream["usage"]["input_tokens"] is None, "LlamaIndex does not ask for it"

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        (failed,) = [span for span in spans if span["status"] == "error"]
        assert (failed["error_type"], failed["request_model"]) == ("openai.NotFoundError", "ft:gpt-4o-mini:err404")


@openinference("OpenAI Agents", "openai-agents")
@pytest.mark.gap("streaming", "not tried")
@pytest.mark.gap("scores", "by Phoenix' client: see there")
class TestOpenAIAgents:
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("agents")

    @pytest.mark.shows("traces", "usage", "cost", "sessions")
    def test_turns_and_calls(self, spans):
        root = only(spans, "travel")
        assert {span["trace_id"] for span in spans} == {root["trace_id"]}
        responses = [span for span in named(spans, "response") if span["status"] == "ok"]
        assert [(buckets(span), span["cost"]["total_usd"]) for span in responses] == [(OPENAI, GPT_4O_MINI_USD)] * 2
        assert only(spans, "Weather")["agent"] == "Weather"
        assert belongs_to_ada(spans)

    @pytest.mark.shows("messages", "tools")
    def test_messages_and_tools(self, spans):
        asked, answered, *_ = named(spans, "response")
        assert (said(asked["input"]), parts(asked["output"])) == ([("system", "Be brief."), QUESTION], [CALL])
        assert [message["role"] for message in answered["input"]] == ["system", "user", "assistant", "tool"]
        assert said(answered["output"])[-1] == ("assistant", ANSWER)
        tool = only(spans, "get_weather")
        assert (parts(tool["input"])[0]["arguments"], parts(tool["output"])[0]["result"]) == ({"city": "Paris"}, "sunny")

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        failed = [span["name"] for span in spans if span["status"] == "error"]
        assert sorted(failed) == ["Bad", "response"]
