"""Calls traced by MLflow: `mlflow_calls.py server` sends to a tracking server, `otlp` to a collector (by OTEL_EXPORTER_OTLP_*)."""

import os
import sys

import anthropic
import mlflow
import openai

mode = sys.argv[1]
if mode == "server":
    mlflow.set_tracking_uri(os.environ["TELLTALE_URL"])
    mlflow.set_experiment("weather")
mlflow.openai.autolog()
mlflow.anthropic.autolog()

gpt = openai.OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key="sk-not-a-real-key", max_retries=0)
claude = anthropic.Anthropic(base_url=os.environ["ANTHROPIC_BASE_URL"], api_key="sk-not-a-real-key", max_retries=0)
TOOL = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Get weather", "parameters": TOOL}}]


@mlflow.trace(span_type="TOOL")
def get_weather(city):
    return {"t": 21}


@mlflow.trace(span_type="AGENT", name="agent")
def agent(question):
    if mode == "server":
        # In OTLP mode it keeps the span from being sent (MLflow 3.17).
        mlflow.update_current_trace(tags={"env": "dev"}, session_id="sess-1", user="user-1")
    asked = [{"role": "user", "content": question}]
    gpt.chat.completions.create(model="gpt-4o-mini", messages=asked, tools=TOOLS, temperature=0.2)
    get_weather("Paris")
    return "sunny"


@mlflow.trace(name="stream")
def stream():
    chunks = gpt.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": "hi"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


@mlflow.trace(name="responses")
def responses():
    return gpt.responses.create(model="gpt-4o-mini", input="hi").output_text


@mlflow.trace(name="anthropic")
def ask_claude():
    said = [{"role": "user", "content": "hi"}]
    return claude.messages.create(model="claude-sonnet-4-5", max_tokens=100, messages=said).content[0].text


@mlflow.trace(name="anthropic stream")
def stream_claude():
    said = [{"role": "user", "content": "hi"}]
    events = claude.messages.create(model="claude-sonnet-4-5", max_tokens=100, messages=said, stream=True)
    return "".join(event.delta.text for event in events if event.type == "content_block_delta")


@mlflow.trace(name="embeddings")
def embed():
    return len(gpt.embeddings.create(model="text-embedding-3-small", input=["a", "b"]).data)


@mlflow.trace(name="error")
def fail():
    gpt.chat.completions.create(model="gpt-err404", messages=[{"role": "user", "content": "x"}])


agent("What is the weather in Paris?")
first = mlflow.get_last_active_trace_id()
for call in (stream, responses, ask_claude, stream_claude, embed):
    call()
try:
    fail()
except openai.NotFoundError:
    pass
if mode == "server":
    mlflow.flush_trace_async_logging()
    from mlflow.entities import AssessmentSource

    human = AssessmentSource(source_type="HUMAN", source_id="bob")
    judge = AssessmentSource(source_type="LLM_JUDGE", source_id="gpt")
    good = mlflow.log_feedback(trace_id=first, name="helpful", value=True, rationale="it was", source=human)
    mlflow.log_feedback(trace_id=first, name="quality", value=0.75, source=judge)
    mlflow.log_feedback(trace_id=first, name="tone", value="friendly", source=human)
    mlflow.log_expectation(trace_id=first, name="answer", value="sunny", source=human)
    mlflow.update_assessment(trace_id=first, assessment_id=good.assessment_id, assessment=mlflow.entities.Feedback(name="helpful", value=False))
    mlflow.set_trace_tag(first, "reviewed", "yes")
    trace = mlflow.get_trace(first)
    print(len(trace.data.spans), trace.info.tags.get("reviewed"), sorted(found.name for found in trace.info.assessments))
else:
    from mlflow.tracing.provider import provider

    provider.get().shutdown()
