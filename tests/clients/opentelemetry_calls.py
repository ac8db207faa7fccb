"""A program with OpenTelemetry's SDK and its exporter over gRPC: a model call under a function, log records, metrics. What is exported
where, and how, is in the standard OTEL_* variables."""

import logging

from opentelemetry import metrics, trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider, LoggingHandler
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

CALL = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
    "gen_ai.response.model": "gpt-4o-mini-2024-07-18",
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.conversation.id": "sess-grpc",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
    "gen_ai.usage.cache_read.input_tokens": 64,
    "gen_ai.usage.reasoning.output_tokens": 8,
    "gen_ai.input.messages": '[{"role": "user", "parts": [{"type": "text", "content": "What is the weather in Paris?"}]}]',
    "gen_ai.output.messages": '[{"role": "assistant", "parts": [{"type": "text", "content": "Sunny."}], "finish_reason": "stop"}]',
}

tracers = TracerProvider()
tracers.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
loggers = LoggerProvider()
loggers.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
set_logger_provider(loggers)
meters = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter())])
logging.getLogger().addHandler(LoggingHandler(logger_provider=loggers))
tracer, meter, log = tracers.get_tracer("weather"), meters.get_meter("weather"), logging.getLogger("weather")

with tracer.start_as_current_span("answer", attributes={"question": "weather"}):
    with tracer.start_as_current_span("chat gpt-4o-mini", kind=trace.SpanKind.CLIENT, attributes=CALL):
        log.warning("the %s answered", "model")
    try:
        with tracer.start_as_current_span("look up"):
            raise LookupError("no such city")
    except LookupError:
        log.exception("lookup failed")
    meter.create_counter("questions", unit="{question}").add(2, {"city": "Paris"})
    meter.create_histogram("wait", unit="s").record(0.25)
    meter.create_gauge("queue").set(7)
for provider in (tracers, loggers, meters):
    provider.force_flush()
    provider.shutdown()
