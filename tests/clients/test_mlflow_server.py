"""MLflow Tracing, unmodified, with us as its tracking server: traces, sessions and users, tags, assessments, and all of it read back."""

import json

import pytest
from reading import ANSWER, CALL, CLAUDE_SONNET_4_5_USD, GPT_4O_MINI_USD, OPENAI, buckets, model_calls, only

pytestmark = pytest.mark.client("MLflow (Python), tracking server", environment="mlflow", package="mlflow-tracing")

ROOTS = ["agent", "stream", "responses", "anthropic", "anthropic stream", "embeddings", "error"]


@pytest.fixture(scope="module")
def run(client, telltale, provider_url):
    """What the program read back, and by the name of its root each trace with its spans and their payloads."""
    before = trace_ids(telltale)
    done = client.run(
        "mlflow_calls.py",
        "server",
        TELLTALE_URL=telltale.url,
        MLFLOW_DISABLE_TELEMETRY="true",
        OPENAI_BASE_URL=provider_url + "/v1",
        ANTHROPIC_BASE_URL=provider_url,
    )
    traces = {}
    for trace_id in trace_ids(telltale) - before:
        trace = telltale.get(f"/api/v1/traces/{trace_id}")
        trace["spans"] = [telltale.get(f"/api/v1/spans/{trace_id}/{span['span_id']}") for span in trace["spans"]]
        traces[trace["name"]] = trace
    return json.loads(done.stdout), traces


@pytest.fixture
def read(run):
    return run[0]


@pytest.fixture
def traces(run):
    return run[1]


def trace_ids(telltale):
    return {trace["trace_id"] for trace in telltale.get("/api/v1/traces", limit=1000)["items"]}


@pytest.mark.shows("traces")
def test_functions_and_calls_are_trees(traces):
    assert sorted(traces) == sorted(ROOTS)
    root = only(traces["agent"]["spans"], "agent")
    assert (root["kind"], root["parent_span_id"]) == ("agent", None)
    assert sorted(span["kind"] for span in traces["agent"]["spans"] if span["parent_span_id"] == root["span_id"]) == ["llm", "tool"]


@pytest.mark.shows("messages", "tools", "streaming")
def test_what_was_said_is_shown(traces):
    (asked,) = model_calls(traces["agent"]["spans"])
    assert asked["output"][0]["parts"] == [CALL] and asked["tools"][0]["function"]["name"] == "get_weather"
    assert only(traces["agent"]["spans"], "get_weather")["output"][0]["parts"] == [{"type": "tool_result", "result": {"t": 21}}]
    (streamed,) = model_calls(traces["stream"]["spans"])
    assert streamed["output"][0]["parts"] == [{"type": "text", "text": ANSWER}]
    assert 0 < float(streamed["time_to_first_token_ms"]) <= float(streamed["duration_ms"])


@pytest.mark.shows("usage", "cost")
def test_tokens_and_cost_are_exact(traces):
    for name in ("agent", "stream", "responses"):
        (call,) = model_calls(traces[name]["spans"])
        assert (buckets(call), call["usage"]["split"], call["cost"]["total_usd"]) == (OPENAI, "exact", GPT_4O_MINI_USD), name
        assert (traces[name]["request_count"], traces[name]["total_cost_usd"]) == (1, GPT_4O_MINI_USD), name
    (claude,) = model_calls(traces["anthropic"]["spans"])
    assert (claude["usage"]["cache_write_1h"], claude["usage"]["web_searches"], claude["cost"]["total_usd"]) == (10, 1, CLAUDE_SONNET_4_5_USD)
    # MLflow tells no usage of Anthropic's streams.
    assert traces["anthropic stream"]["total_cost_usd"] is None and traces["anthropic stream"]["unpriced_requests"] == 1


@pytest.mark.shows("errors")
def test_a_failed_call_says_why(traces):
    (call,) = model_calls(traces["error"]["spans"])
    assert call["status"] == "error" and "gpt-err404" in call["error_message"] and call["usage"]["total_tokens"] is None


@pytest.mark.shows("sessions")
def test_sessions_users_and_tags_are_of_the_trace(traces):
    assert (traces["agent"]["session_id"], traces["agent"]["user_id"]) == ("sess-1", "user-1")
    tags = only(traces["agent"]["spans"], "agent")["metadata"]
    assert {name: value for name, value in tags.items() if value is not None} == {"env": "dev", "reviewed": "yes"}


@pytest.mark.shows("scores")
def test_assessments_are_scores(traces):
    scores = {score["name"]: (score["value"], score["label"], score["source"], score["author"]) for score in traces["agent"]["scores"]}
    assert scores == {
        "helpful": ("0.0", "false", "human", "bob"),
        "quality": ("0.75", None, "judge", "gpt"),
        "tone": (None, "friendly", "human", "bob"),
        "broken": (None, None, "judge", "gpt"),
        "answer": (None, '{"city":"Paris","sky":"sunny"}', "human", "bob"),
    }
    (call,) = model_calls(traces["agent"]["spans"])
    assert [(score["name"], score["value"], score["source"]) for score in call["scores"]] == [("grounded", "1.0", "judge")]


def test_a_trace_is_read_back_as_it_was_sent(read, traces):
    (call,) = model_calls(traces["agent"]["spans"])
    assert read["spans"]["agent"] == ["AGENT", {"question": "What is the weather in Paris?"}, "sunny", True, "SpanStatusCode.OK"]
    assert read["spans"]["get_weather"][:3] == ["TOOL", {"city": "Paris"}, {"t": 21}]
    kind, inputs, outputs, *_ = read["spans"]["Completions"]
    assert (kind, inputs["temperature"], outputs["usage"]["prompt_tokens_details"]["cached_tokens"]) == ("CHAT_MODEL", 0.2, 64)
    state, tags, metadata, duration = read["info"]
    assert (state, tags["env"], tags["reviewed"], "passing" in tags, duration >= 0) == ("OK", "dev", "yes", False, True)
    assert (metadata["mlflow.trace.session"], metadata["mlflow.trace.user"]) == ("sess-1", "user-1")
    assert read["tokens"] == {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}
    assert read["assessments"] == {
        "helpful": [False, "HUMAN", "bob", "it was", None, None],
        "quality": [0.75, "LLM_JUDGE", "gpt", None, None, None],
        "tone": ["friendly", "HUMAN", "bob", None, None, None],
        "broken": [None, "LLM_JUDGE", "gpt", "no verdict", None, "no verdict"],
        "answer": [{"city": "Paris", "sky": "sunny"}, "HUMAN", "bob", None, None, None],
        "grounded": [True, "LLM_JUDGE", "gpt", None, call["span_id"], None],
    }


def test_traces_are_found_by_mlflows_filters(read):
    assert read["all"] == ROOTS[::-1] and read["paged"] == ROOTS[:3:-1]
    assert read["searched"] == [True, 3, 6]
    assert (read["errors"], read["of the user"], read["by feedback"], read["by name"]) == (["error"], ["agent"], ["agent"], ["responses", "stream"])
    assert read["elsewhere"] == []
    assert read["refused"][0] == "INVALID_PARAMETER_VALUE" and "on spans" in read["refused"][1]
