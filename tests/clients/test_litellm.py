"""LiteLLM's callbacks, unmodified: OpenTelemetry, Arize Phoenix, Langfuse over OpenTelemetry, and the logger that posts to any address."""

import pytest

from reading import ANSWER, ANTHROPIC, CLAUDE_SONNET_4_5_USD, GPT_4O_MINI_USD, OPENAI, buckets, model_calls, parts, said

QUESTION = ("user", "What is the weather in Paris?")
pytestmark = [pytest.mark.client("LiteLLM (Python)", environment="litellm", package="litellm"), pytest.mark.gap("scores", "no part of it")]


@pytest.fixture(scope="module")
def run(client, telltale, provider_url):
    """Answers the spans that are new since."""

    def all_spans():
        items = telltale.get("/api/v1/spans", filter="user:ada", limit=1000)["items"]
        return {item["span_id"]: item for item in items}

    def run(callback, **settings):
        before = all_spans()
        client.run(
            "litellm_calls.py",
            callback,
            OPENAI_BASE_URL=provider_url + "/v1",
            OPENAI_API_KEY="sk-none",
            ANTHROPIC_API_BASE=provider_url,
            ANTHROPIC_API_KEY="sk-ant-none",
            LITELLM_LOCAL_MODEL_COST_MAP="True",
            **settings,
        )
        new = [item for span_id, item in all_spans().items() if span_id not in before]
        spans = [telltale.get(f"/api/v1/spans/{item['trace_id']}/{item['span_id']}") for item in new]
        spans = [span for span in spans if span["source"]["convention"] == "litellm"]
        return sorted(spans, key=lambda span: (span["start_time"], span["span_id"]))

    return run


class Callback:
    """What all of them show."""

    @pytest.mark.shows("traces", "usage", "cost")
    def test_each_call_is_counted_and_priced_once(self, spans):
        calls = model_calls(spans)
        assert [call["kind"] for call in calls] == ["llm"] * 4 + ["embedding", "llm"]
        assert [(buckets(call), call["cost"]["total_usd"], call["cost"]["reported_usd"]) for call in calls[:3]] == [
            (OPENAI, GPT_4O_MINI_USD, GPT_4O_MINI_USD)
        ] * 3
        claude, embedding = calls[3:5]
        assert (claude["provider"], buckets(claude), claude["cost"]["total_usd"]) == ("anthropic", ANTHROPIC, CLAUDE_SONNET_4_5_USD)
        assert (embedding["usage"]["input_tokens"], embedding["cost"]["total_usd"]) == (16, "0.00000032")
        assert {call["user_id"] for call in calls} == {"ada"}

    @pytest.mark.shows("messages", "tools")
    def test_messages_and_tools(self, spans):
        first, _, asked, *_ = model_calls(spans)
        assert (said(first["input"]), said(first["output"])) == ([QUESTION], [("assistant", ANSWER)])
        (call,) = [part for part in parts(asked["output"]) if part["type"] == "tool_call"]
        assert (call["name"], call["arguments"]) == ("get_weather", {"city": "Paris"})
        assert len(asked["tools"]) == 1

    @pytest.mark.shows("streaming")
    def test_streams(self, spans):
        (stream,) = [span for span in spans if span["model_parameters"].get("stream")]
        assert (buckets(stream), said(stream["output"])) == (OPENAI, [("assistant", ANSWER)])

    @pytest.mark.shows("errors")
    def test_errors(self, spans):
        failed = model_calls(spans)[-1]
        assert (failed["status"], failed["error_type"], failed["usage"]["input_tokens"]) == ("error", "NotFoundError", None)

    def test_nothing_empty_is_kept(self, spans):
        empty = [(name, value) for span in spans for name, value in span["attributes"].items() if name.startswith("metadata.") and value in ("", "None")]
        assert empty == []


class TestGenericApi(Callback):
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run, telltale):
        return run("generic_api", GENERIC_LOGGER_ENDPOINT=f"{telltale.url}/api/v1/ingest/litellm")

    @pytest.mark.shows("sessions")
    def test_sessions_and_tags(self, spans):
        assert {(span["session_id"], tuple(span["tags"])) for span in spans} == {("sess-1", ("try",))}
        assert [bool(span["time_to_first_token_ms"]) for span in spans] == [False, True, False, False, False, False]


class TestOtel(Callback):
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run, telltale):
        return run("otel", OTEL_EXPORTER="otlp_http", OTEL_ENDPOINT=f"{telltale.url}/v1/traces")

    def test_the_raw_copy_of_each_call_is_no_call(self, telltale, spans):
        trace = telltale.get(f"/api/v1/traces/{spans[0]['trace_id']}")
        assert sorted((span["name"], span["kind"]) for span in trace["spans"]) == [("litellm_request", "llm"), ("raw_gen_ai_request", "other")]


class TestArizePhoenix(Callback):
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run, telltale):
        return run("arize_phoenix", PHOENIX_COLLECTOR_HTTP_ENDPOINT=f"{telltale.url}/v1/traces")

    @pytest.mark.shows("sessions")
    def test_the_id_of_a_trace_is_a_session(self, spans):
        assert {span["session_id"] for span in model_calls(spans)} == {"sess-1"}


class TestLangfuseOtel(Callback):
    @pytest.fixture(scope="class")
    @classmethod
    def spans(cls, run, telltale):
        return run("langfuse_otel", LANGFUSE_OTEL_HOST=telltale.url, LANGFUSE_PUBLIC_KEY="pk-lf-local", LANGFUSE_SECRET_KEY="sk-lf-local")

    @pytest.mark.shows("sessions")
    def test_sessions_and_tags(self, spans):
        assert {(span["session_id"], tuple(span["tags"])) for span in model_calls(spans)} == {("sess-1", ("try",))}
