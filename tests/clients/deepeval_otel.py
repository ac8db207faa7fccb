"""DeepEval in its OTel mode: an instrumentation of OpenInference whose spans it decorates, and spans that say `confident.*` by hand."""

import json

import deepeval
import openai
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry import trace

deepeval.instrument(
    name="otel-app", thread_id="otel-thread", user_id="otel-user", tags=["otel"], metadata={"region": "north"}, environment="staging"
)
OpenAIInstrumentor().instrument()
client = openai.OpenAI(max_retries=0)
tracer = trace.get_tracer("by-hand")

TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]
client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "What is the weather in Paris?"}], tools=TOOLS)
stream = client.chat.completions.create(
    model="gpt-4o-mini", messages=[{"role": "user", "content": "Count."}], stream=True, stream_options={"include_usage": True}
)
for _ in stream:
    pass

with tracer.start_as_current_span("root") as root:
    root.set_attributes(
        {
            "confident.span.type": "agent",
            "confident.agent.name": "planner",
            "confident.agent.available_tools": ["search"],
            "confident.trace.input": "Plan a trip.",
            "confident.trace.output": "Planned.",
            "confident.trace.metadata": json.dumps({"tier": "gold"}),
        }
    )
    with tracer.start_as_current_span("call") as call:
        call.set_attributes(
            {
                "confident.span.type": "llm",
                "confident.llm.model": "house-model",
                "confident.span.input": json.dumps([{"role": "user", "content": "Plan."}]),
                "confident.span.output": "Planned.",
                "confident.llm.input_token_count": 9,
                "confident.llm.output_token_count": 3,
                "confident.llm.cost_per_input_token": 0.000001,
                "confident.llm.cost_per_output_token": 0.000002,
                "confident.span.prompt_alias": "plan",
                "confident.span.prompt_version": "00.00.01",
            }
        )
    with tracer.start_as_current_span("search") as tool:
        tool.set_attributes(
            {
                "confident.span.type": "tool",
                "confident.tool.name": "search",
                "confident.span.input": json.dumps({"q": "Oslo"}),
                "confident.span.output": json.dumps(["fjord"]),
            }
        )
    with tracer.start_as_current_span("retrieve") as retriever:
        retriever.set_attributes(
            {
                "confident.span.type": "retriever",
                "confident.retriever.embedder": "text-embedding-3-small",
                "confident.span.input": "trips",
                "confident.span.output": json.dumps(["one", "two"]),
            }
        )

trace.get_tracer_provider().shutdown()
