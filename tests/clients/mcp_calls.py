"""An agent that calls tools over the Model Context Protocol: both sides are traced by the SDK itself.

No word of Telltale: where it sends is in OTEL_EXPORTER_OTLP_ENDPOINT.
"""

import asyncio

from mcp import Client
from mcp.server import MCPServer
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

server = MCPServer("weather")


@server.tool()
def get_weather(city: str) -> str:
    if city == "Atlantis":
        raise ValueError("no such city")
    return f"sunny in {city}"


@server.prompt()
def greet(name: str) -> str:
    return f"Greet {name}."


async def main():
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    async with Client(server) as client:
        with trace.get_tracer("app").start_as_current_span("invoke_agent app", attributes={"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "app"}):
            await client.list_tools()
            await client.call_tool("get_weather", {"city": "Paris"})
            await client.call_tool("get_weather", {"city": "Atlantis"})
            await client.get_prompt("greet", {"name": "Ada"})
    provider.shutdown()


if __name__ == "__main__":
    asyncio.run(main())
