"""An application as its author would write it: the `openai` package, the official OpenTelemetry instrumentation, no word of Telltale.

Makes a unary call, a streamed one, one with a tool call, and one that fails. Where to send is in the standard OTEL_* and OPENAI_* variables.
"""

import openai
from opentelemetry import trace
from opentelemetry._logs import set_logger_provider
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.openai_v2 import OpenAIInstrumentor
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

MODEL = "gpt-4o-mini"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]


def main():
    tracer_provider = TracerProvider()
    tracer_provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(tracer_provider)
    logger_provider = LoggerProvider()
    logger_provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    set_logger_provider(logger_provider)
    OpenAIInstrumentor().instrument()

    client = openai.OpenAI(max_retries=0)
    client.chat.completions.create(model=MODEL, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}])
    stream = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Count to three."}], stream=True, stream_options={"include_usage": True}
    )
    for _ in stream:
        pass
    client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "What is the weather in Paris?"}], tools=TOOLS)
    try:
        client.chat.completions.create(model="gpt-4o-err429", messages=[{"role": "user", "content": "Fail, please."}])
    except openai.RateLimitError:
        pass

    tracer_provider.shutdown()
    logger_provider.shutdown()


if __name__ == "__main__":
    main()
