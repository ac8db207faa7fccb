"""OpenTelemetry's exporter over gRPC (Python), unmodified: traces, logs and metrics, plain and with gzip, on its own port and on ours."""

import pytest

from reading import GPT_4O_MINI_USD, OPENAI, buckets, only, said, spans_of

pytestmark = [
    pytest.mark.client("OpenTelemetry SDK (Python), gRPC", environment="opentelemetry", package="opentelemetry-exporter-otlp-proto-grpc"),
    pytest.mark.gap("scores", "no part of it"),
]


@pytest.fixture(scope="module")
def with_grpc(telltale, tmp_path_factory):
    server = type(telltale)(tmp_path_factory.mktemp("grpc"), grpc="127.0.0.1:0")
    yield server
    server.stop()


@pytest.fixture(scope="module", params=["plain, own port", "gzip, own port", "gzip, one port for all"])
def sent(request, client, with_grpc):
    """(the server, the service under which it was sent)"""
    service = f"grpc {request.param}"
    port = with_grpc.ready["otlp_grpc" if "own" in request.param else "listen"]
    compression = {"OTEL_EXPORTER_OTLP_COMPRESSION": "gzip"} if "gzip" in request.param else {}
    done = client.run(
        "opentelemetry_calls.py",
        OTEL_EXPORTER_OTLP_ENDPOINT=f"http://{port}",
        OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20local",
        OTEL_SERVICE_NAME=service,
        **compression,
    )
    assert "Failed to export" not in done.stderr, done.stderr
    return with_grpc, service


@pytest.mark.shows("traces", "messages", "usage", "cost", "sessions")
def test_a_call_has_its_place_its_words_and_its_cost(sent):
    spans = spans_of(*sent)
    call = only(spans, "chat gpt-4o-mini")
    assert call["parent_span_id"] == only(spans, "answer")["span_id"] and call["session_id"] == "sess-grpc"
    assert (said(call["input"]), said(call["output"])) == ([("user", "What is the weather in Paris?")], [("assistant", "Sunny.")])
    assert (buckets(call), call["usage"]["split"], call["cost"]["total_usd"]) == (OPENAI, "exact", GPT_4O_MINI_USD)
    assert only(spans, "answer")["attributes"]["question"] == "weather"


@pytest.mark.shows("errors")
def test_an_exception_is_the_error_of_its_span(sent):
    failed = only(spans_of(*sent), "look up")
    assert (failed["status"], failed["error_type"]) == ("error", "LookupError") and "no such city" in failed["error_message"]


def test_log_records_are_in_their_spans(sent):
    server, service = sent
    spans = spans_of(*sent)
    logs = {log["message"]: log for log in server.get("/api/v1/logs", filter=f'service:"{service}"')["items"]}
    assert {message: (log["level"], log["logger"]) for message, log in logs.items()} == {
        "the model answered": ("WARNING", "weather"),
        "lookup failed": ("ERROR", "weather"),
    }
    assert logs["the model answered"]["span_id"] == only(spans, "chat gpt-4o-mini")["span_id"]
    assert logs["lookup failed"]["attributes"]["exception.type"] == "LookupError"


def test_metrics_keep_their_types_and_units(sent):
    server, service = sent
    points = {point["name"]: point for point in server.get("/api/v1/metrics", filter=f'service:"{service}"')["items"]}
    told = {name: (point["type"], point["unit"], point["value"]) for name, point in points.items()}
    assert told["questions"] == ("counter", "{question}", "2.0") and points["questions"]["tags"]["city"] == "Paris"
    assert told["queue"][::2] == ("gauge", "7.0")
    assert (told["wait"][:2], points["wait"]["histogram"]["count"], points["wait"]["histogram"]["sum"]) == (("histogram", "s"), 1, "0.25")
