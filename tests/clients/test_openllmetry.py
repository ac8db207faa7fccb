"""OpenLLMetry (Traceloop's SDK), unmodified: the current version, and the last one that writes indexed attributes."""

import pytest

from reading import ANSWER, ANTHROPIC, CALL, GPT_4O_MINI_USD, buckets, named, only, parts, said, spans_of

QUESTION = ("user", "What is the weather in Paris?")
pytestmark = [pytest.mark.client("OpenLLMetry (Python)", environment="traceloop", package="traceloop-sdk")]
SCORES = pytest.mark.gap("scores", "Traceloop's own evaluations are not OpenTelemetry's")


@pytest.fixture(scope="module")
def run(telltale, provider_url, request):
    def run(environment):
        service = f"openllmetry-{environment}"
        clients = type(request.getfixturevalue("client"))
        clients(environment).run(
            "openllmetry_calls.py",
            service,
            TRACELOOP_BASE_URL=telltale.url,
            TRACELOOP_API_KEY="tl-none",
            OPENAI_BASE_URL=provider_url + "/v1",
            OPENAI_API_KEY="sk-none",
            ANTHROPIC_BASE_URL=provider_url,
            ANTHROPIC_API_KEY="sk-ant-none",
        )
        return spans_of(telltale, service)

    return run


class Generation:
    """What both generations show."""

    @pytest.mark.shows("traces", "sessions")
    def test_decorated_functions_are_a_tree(self, spans):
        workflow, agent = only(spans, "travel.workflow"), only(spans, "weather_agent.agent")
        assert (workflow["kind"], agent["kind"], agent["agent"]) == ("workflow", "agent", "weather_agent")
        assert agent["parent_span_id"] == workflow["span_id"]
        assert (said(agent["output"]), {span["trace_id"] for span in spans}) == ([("assistant", "sunny")], {workflow["trace_id"]})
        assert {(span["session_id"], span["user_id"], span["metadata"]["plan"]) for span in spans} == {("sess-1", "ada", "free")}

    @pytest.mark.shows("messages", "tools")
    def test_messages_and_tools(self, spans):
        first, *_ = named(spans, "openai.chat")
        assert (said(first["input"]), said(first["output"])) == ([("system", "Be brief."), QUESTION], [("assistant", ANSWER)])
        (asked,) = [span for span in named(spans, "openai.chat") if CALL in parts(span["output"])]
        tools = asked["tools"]
        assert [(tool.get("function") or tool)["name"] for tool in tools] == ["get_weather"]
        assert {"type": "tool_result", "id": "call_abc123", "result": "sunny"} in [part for span in spans for part in parts(span["input"])]
        tool = only(spans, "get_weather.tool")
        assert (tool["kind"], tool["tool"], parts(tool["output"])[0]["result"]) == ("tool", "get_weather", "sunny")

    @pytest.mark.shows("usage", "cost")
    def test_counts_include_what_was_cached_once(self, spans):
        chats = [span for span in named(spans, "openai.chat") if span["status"] != "error"]
        assert {(buckets(chat)[:2], chat["usage"]["total_tokens"], chat["cost"]["total_usd"]) for chat in chats} == {
            ((36, 64), 120, GPT_4O_MINI_USD)
        }
        embedding = only(spans, "openai.embeddings")
        assert (embedding["kind"], embedding["usage"]["input_tokens"], embedding["cost"]["total_usd"]) == ("embedding", 16, "0.00000032")

    @pytest.mark.shows("streaming")
    def test_streams(self, spans):
        stream = named(spans, "openai.chat")[1]
        assert stream["time_to_first_token_ms"] and said(stream["output"]) == [("assistant", ANSWER)]

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        assert {(span["name"], span["error_type"]) for span in spans if span["status"] == "error"} == {
            ("openai.chat", "RateLimitError"),
            ("fails.task", "ValueError"),
        }


@SCORES
class TestCurrent(Generation):
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("traceloop")

    def test_what_anthropic_tells_itself_is_billed_once_and_corrects_the_count(self, spans):
        own, of_sdk = named(spans, "anthropic.chat"), named(spans, "anthropic.messages.create")
        assert ([span["billed"] for span in own], [span["billed"] for span in of_sdk]) == ([True] * 3, [False] * 3)
        # OpenLLMetry counts 26 of 25 tokens of a stream, and knows no lifetimes of caches.
        assert {buckets(span) for span in own} == {ANTHROPIC}


@pytest.mark.client("OpenLLMetry legacy (Python)", environment="traceloop-legacy", package="traceloop-sdk")
@SCORES
class TestLegacy(Generation):
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run):
        return run("traceloop-legacy")

    def test_alone_it_cannot_be_corrected(self, spans):
        whole, stream, _ = named(spans, "anthropic.chat")
        assert buckets(whole) == (30, 1000, None, None, 50, 25, None)
        assert stream["usage"]["output_tokens"] == 26 and "output_tokens_overcounted_by_client" in stream["quality"]
