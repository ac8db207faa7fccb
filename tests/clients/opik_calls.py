"""An application that Opik traces: functions, a wrapped OpenAI client, streams, tools, errors, feedback, threads.

No word of Telltale: where it sends is in OPIK_URL_OVERRIDE. With the argument `single` the client sends each trace and span by itself. Ends
with what the SDK reads back, as one line of JSON.
"""

import json
import sys

import openai
import opik
from opik import opik_context
from opik.integrations.openai import track_openai

MODEL = "gpt-4o-mini"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]
PROJECT = "holidays"

client = opik.Opik(batching="single" not in sys.argv)
opik.set_global_client(client)
models = track_openai(openai.OpenAI(max_retries=0))


@opik.track(type="tool")
def get_weather(city):
    return {"sky": "clear", "degrees": 21}


@opik.track
def fails():
    raise ValueError("nothing to see")


@opik.track(name="rate")
def rate():
    opik_context.update_current_span(feedback_scores=[{"name": "style", "value": 0.5, "reason": "short"}])
    return opik_context.get_current_span_data().id


@opik.track(name="agent", tags=["holiday"], metadata={"release": "7"})
def agent(question):
    opik_context.update_current_trace(thread_id="chat-7", tags=["try"], metadata={"customer": "acme", "api_key": "sk-0123456789abcdef0123456789abcdef"})
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    models.chat.completions.create(model=MODEL, messages=messages, temperature=0.2)
    for _ in models.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Count."}], stream=True, stream_options={"include_usage": True}
    ):
        pass
    models.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Weather in Paris?"}], tools=TOOLS)
    models.responses.create(model=MODEL, input="Think first.", reasoning={"effort": "low"})
    get_weather("Paris")
    try:
        models.chat.completions.create(model="gpt-4o-err429", messages=[{"role": "user", "content": "Fail, please."}])
    except openai.RateLimitError:
        pass
    try:
        fails()
    except ValueError:
        pass
    return {"answer": "sunny", "trace": opik_context.get_current_trace_data().id, "rated": rate()}


def by_hand():
    """A trace and a span that are begun, changed and ended one after the other."""
    trace = client.trace(name="by hand", input={"question": "long?"}, project_name=PROJECT)
    span = trace.span(name="step", type="general", input={"n": 1})
    span.end(output={"n": 2})
    trace.end(output={"answer": "no"})
    return trace.id


def main():
    answer = agent("What is the weather in Paris?")
    manual = by_hand()
    # Asked for before the spans are sent: scores of spans may overtake them.
    client.log_spans_feedback_scores([{"id": answer["rated"], "name": "tone", "value": 0.25}], project_name=PROJECT)
    assert client.flush(), client.last_flush_result
    scores = [
        {"id": answer["trace"], "name": "helpful", "value": 1.0, "reason": "good"},
        {"id": answer["trace"], "name": "wrong", "value": 0.0},
    ]
    client.log_traces_feedback_scores(scores, project_name=PROJECT)
    client.log_threads_feedback_scores([{"id": "chat-7", "name": "patience", "value": 0.75}], project_name=PROJECT)
    assert client.flush(), client.last_flush_result
    client.delete_trace_feedback_score(answer["trace"], "wrong")

    client.auth_check()
    trace = client.get_trace_content(answer["trace"])
    spans = client.search_spans(project_name=PROJECT, trace_id=answer["trace"])
    span = client.get_span_content(answer["rated"])
    threads = client.search_threads(project_name=PROJECT, filter_string='id = "chat-7"')
    read = {
        "trace_id": answer["trace"],
        "by_hand": manual,
        "trace": [trace.name, trace.input, trace.output["answer"], trace.thread_id, sorted(trace.tags), trace.metadata["customer"]],
        "scores": sorted([score.name, score.value, score.reason] for score in trace.feedback_scores),
        "spans": sorted([span.name, span.type, span.parent_span_id is not None] for span in spans),
        "usage": [span.usage for span in spans if span.name == "chat_completion_create" and span.error_info is None],
        "span_scores": sorted([score.name, score.value] for score in span.feedback_scores),
        "threads": [[thread.id, sorted([score.name, score.value] for score in thread.feedback_scores)] for thread in threads],
        "found": [trace.name for trace in client.search_traces(project_name=PROJECT, filter_string='feedback_scores.helpful > 0.5')],
        "named": [trace.id for trace in client.search_traces(project_name=PROJECT, filter_string='name = "by hand"')],
        "paged": len(client.search_spans(project_name=PROJECT, trace_id=answer["trace"], max_batch_size=2)),
        "project": client.get_project(trace.project_id).name,
        "errors": client.get_errors_report().total_failures if hasattr(client.get_errors_report(), "total_failures") else None,
    }
    print(json.dumps(read))


if __name__ == "__main__":
    main()
