"""An application whose only instrumentation is Anthropic's SDK itself: it traces whatever has a tracer provider.

No word of Telltale: where it sends is in OTEL_EXPORTER_OTLP_ENDPOINT.
"""

import anthropic
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

ASKING = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": "What is the weather in Paris?"}]}


@anthropic.beta_tool
def get_weather(city: str) -> str:
    """Gets weather

    Args:
        city: Where.
    """
    return "sunny"


def main():
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    client = anthropic.Anthropic(max_retries=0, open_telemetry={"traces": {"content_mode": "content"}, "conversation_id": "conv-77"})
    client.messages.create(**ASKING, system="Be brief.")
    for _ in client.messages.create(**ASKING, stream=True):
        pass
    with client.messages.stream(**ASKING) as stream:
        stream.get_final_message()
    client.beta.messages.tool_runner(**ASKING, tools=[get_weather]).until_done()
    try:
        client.messages.create(**ASKING | {"model": "claude-err400"})
    except anthropic.BadRequestError:
        pass
    provider.shutdown()


if __name__ == "__main__":
    main()
