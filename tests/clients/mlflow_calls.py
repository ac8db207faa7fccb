"""Calls traced by MLflow: `mlflow_calls.py server` sends to a tracking server, `otlp` to a collector (by OTEL_EXPORTER_OTLP_*)."""

import os
import sys

import anthropic
import mlflow
import openai

mode = sys.argv[1]
if mode == "server":
    mlflow.set_tracking_uri(os.environ["TELLTALE_URL"])
    other = mlflow.set_experiment("other")
    experiment = mlflow.set_experiment("weather")
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
    import json

    from mlflow.entities import AssessmentSource, Feedback

    mlflow.flush_trace_async_logging()
    human = AssessmentSource(source_type="HUMAN", source_id="bob")
    judge = AssessmentSource(source_type="LLM_JUDGE", source_id="gpt")
    good = mlflow.log_feedback(trace_id=first, name="helpful", value=True, rationale="it was", source=human)
    mlflow.log_feedback(trace_id=first, name="quality", value=0.75, source=judge)
    mlflow.log_feedback(trace_id=first, name="tone", value="friendly", source=human)
    mlflow.log_feedback(trace_id=first, name="broken", error=ValueError("no verdict"), source=judge)
    mlflow.log_expectation(trace_id=first, name="answer", value={"city": "Paris", "sky": "sunny"}, source=human)
    wrong = mlflow.log_feedback(trace_id=first, name="mistaken", value=1, source=human)
    mlflow.update_assessment(trace_id=first, assessment_id=good.assessment_id, assessment=Feedback(name="helpful", value=False))
    mlflow.delete_assessment(trace_id=first, assessment_id=wrong.assessment_id)
    mlflow.set_trace_tag(first, "reviewed", "yes")
    mlflow.set_trace_tag(first, "passing", "yes")
    mlflow.delete_trace_tag(first, "passing")
    trace = mlflow.get_trace(first)
    call = next(span for span in trace.data.spans if span.span_type == "CHAT_MODEL")
    mlflow.log_feedback(trace_id=first, span_id=call.span_id, name="grounded", value=True, source=judge)

    def found(filter_string=None, **settings):
        traces = mlflow.search_traces(
            locations=[experiment.experiment_id], filter_string=filter_string, return_type="list", **settings
        )
        return [trace.info.tags["mlflow.traceName"] for trace in traces]

    def refused(filter_string):
        try:
            return found(filter_string)
        except mlflow.MlflowException as error:
            return [error.error_code, str(error)]

    trace = mlflow.get_trace(first)
    (searched,) = mlflow.search_traces(
        locations=[experiment.experiment_id], filter_string="tags.env = 'dev' AND status = 'OK'", return_type="list"
    )
    read = {
        "spans": {span.name: [span.span_type, span.inputs, span.outputs, span.parent_id is None, str(span.status.status_code)] for span in trace.data.spans},
        "searched": [searched.info.trace_id == first, len(searched.data.spans), len(searched.info.assessments)],
        "info": [trace.info.state.value, trace.info.tags, trace.info.trace_metadata, trace.info.execution_duration],
        "tokens": trace.info.token_usage,
        "assessments": {
            found.name: [found.value, found.source.source_type, found.source.source_id, found.rationale, found.span_id, getattr(found, "error_message", None)]
            for found in trace.info.assessments
        },
        "all": found(),
        "paged": found(max_results=3),
        "errors": found("status = 'ERROR'"),
        "of the user": found("metadata.`mlflow.trace.user` = 'user-1' AND metadata.`mlflow.trace.session` = 'sess-1'"),
        "by feedback": found("feedback.quality > 0.5 AND feedback.tone = 'friendly'"),
        "by name": found("name IN ('stream', 'responses') AND execution_time < 60000"),
        "elsewhere": [trace.info.trace_id for trace in mlflow.search_traces(locations=[other.experiment_id], return_type="list")],
        "refused": refused("span.type = 'LLM'"),
    }
    print(json.dumps(read))
else:
    from mlflow.tracing.provider import provider

    provider.get().shutdown()
