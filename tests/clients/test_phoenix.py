"""Phoenix' own packages, unmodified: `phoenix.otel.register` over gRPC and HTTP, and annotations of `phoenix.client`."""

import json

import pytest

from reading import only, spans_of

pytestmark = [
    pytest.mark.client("Phoenix client (Python)", environment="openinference", package="arize-phoenix-client"),
    pytest.mark.gap("messages", "see the OpenInference instrumentations"),
    pytest.mark.gap("tools", "see the OpenInference instrumentations"),
    pytest.mark.gap("streaming", "see the OpenInference instrumentations"),
    pytest.mark.gap("usage", "see the OpenInference instrumentations"),
    pytest.mark.gap("cost", "see the OpenInference instrumentations"),
    pytest.mark.gap("errors", "see the OpenInference instrumentations"),
]


@pytest.fixture(scope="module", params=["grpc", "http"])
def said(request, client, telltale):
    """What the application printed, and the protocol it sent with."""
    settings = {"PHOENIX_COLLECTOR_ENDPOINT": telltale.url, "PHOENIX_BASE_URL": telltale.url, "PHOENIX_GRPC_PORT": telltale.url.rsplit(":", 1)[1]}
    done = client.run("phoenix_calls.py", request.param, **settings)
    return json.loads(done.stdout.splitlines()[-1]) | {"project": f"phoenix-{request.param}", "session": f"{request.param}-session"}


@pytest.fixture(scope="module")
def scores(telltale, said):
    """Of the trace, its spans and its session, by name."""
    items = telltale.get("/api/v1/scores", limit=100)["items"]
    mine = [score for score in items if said["trace_id"] == score.get("trace_id") or score.get("session_id") == said["session"]]
    return {score["name"]: score for score in mine}


@pytest.mark.shows("traces", "sessions")
def test_spans_arrive_whichever_way_they_are_sent(telltale, said):
    answer, look = (only(spans_of(telltale, said["project"]), name) for name in ("answer", "look"))
    assert (answer["span_id"], answer["kind"], answer["session_id"]) == (said["span_id"], "chain", said["session"])
    assert look["parent_span_id"] == answer["span_id"]


@pytest.mark.shows("scores")
def test_annotations_are_scores(scores, said):
    quality = scores["quality"]
    assert (quality["value"], quality["label"], quality["source"], quality["span_id"]) == ("0.9", "good", "judge", said["span_id"])
    assert said["first"]["id"] == said["again"]["id"] == quality["score_id"], "a second one of the same name takes the place of the first"
    assert (scores["relevance"]["value"], scores["relevance"]["source"]) == ("0.25", "code")
    assert (scores["helpful"]["label"], scores["helpful"]["target"], scores["csat"]["value"], scores["csat"]["target"]) == ("yes", "trace", "5.0", "session")
    assert scores["comment"]["comment"] == "look at this"


def test_annotations_are_read_back(said):
    read = {annotation["name"]: annotation for annotation in said["read"]}
    assert (read["quality"]["annotator_kind"], read["quality"]["result"]) == ("LLM", {"label": "good", "score": 0.9})
    assert set(read) == {"quality"}, "notes and judgements of documents are none of the span's annotations"


def test_a_span_that_is_not_there_is_an_error(said):
    assert "404" in said["refused"]
