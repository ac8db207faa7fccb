"""Agents of the OpenAI Agents SDK: `openai_agents_calls.py exporter|otel`."""

import asyncio
import os
import sys

from agents import (
    Agent,
    OpenAIChatCompletionsModel,
    Runner,
    custom_span,
    function_tool,
    set_default_openai_client,
    set_trace_processors,
    trace,
)
from openai import AsyncOpenAI

client = AsyncOpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key="sk-not-a-real-key", max_retries=0)
set_default_openai_client(client, use_for_tracing=False)

if sys.argv[1] == "exporter":
    from agents.tracing.processors import BackendSpanExporter, BatchTraceProcessor

    exporter = BackendSpanExporter(endpoint=os.environ["TELLTALE_URL"] + "/v1/traces/ingest", api_key="a-key")
    processor = BatchTraceProcessor(exporter)
    set_trace_processors([processor])
    finish = processor.shutdown
else:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.openai_agents import OpenAIAgentsInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    set_trace_processors([])
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(os.environ["TELLTALE_URL"] + "/v1/traces")))
    OpenAIAgentsInstrumentor().instrument(tracer_provider=provider)
    finish = provider.shutdown


@function_tool
def get_weather(city: str) -> str:
    """Get weather"""
    return "sunny"


weather = Agent(name="Weather", instructions="Be brief", tools=[get_weather], model="gpt-4o-mini")
chat = Agent(name="Chat", instructions="Be brief", model=OpenAIChatCompletionsModel("gpt-4o-mini", client))
bad = Agent(name="Bad", model="gpt-err404")


async def main():
    with trace("responses", group_id="conv-1", metadata={"user_id": "user-1", "plan": "free"}):
        await Runner.run(weather, "What is the weather in Paris?")
    with trace("stream", group_id="conv-1"):
        async for _ in Runner.run_streamed(weather, "What is the weather in Paris?").stream_events():
            pass
    with trace("chat"):
        await Runner.run(chat, "hi")
        with custom_span("lookup", {"rows": 3}):
            pass
    with trace("error"):
        try:
            await Runner.run(bad, "x")
        except Exception:
            pass


asyncio.run(main())
finish()
