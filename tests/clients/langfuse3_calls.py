"""An application as its author would write it with Langfuse's Python SDK (version 3): where to send is in LANGFUSE_* and OPENAI_*.

Prints what a test needs to find it again, as JSON.
"""

import json
import sys

from langfuse import Langfuse, observe
from langfuse.openai import openai

MODEL = "gpt-4o-mini"
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}

langfuse = Langfuse()
said = {"auth": langfuse.auth_check(), "traces": {}}


@observe(as_type="tool")
def get_weather(city):
    return {"city": city, "sky": "clear"}


@observe(name="weather-agent", as_type="agent")
def agent(question):
    said["traces"]["agent"] = langfuse.get_current_trace_id()
    get_weather("Paris")
    client = openai.OpenAI(max_retries=0)
    chat = client.chat.completions
    chat.create(model=MODEL, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}])
    chat.create(model=MODEL, messages=[{"role": "user", "content": "What is the weather in Paris?"}], tools=[WEATHER])
    stream = chat.create(
        model=MODEL, messages=[{"role": "user", "content": "Count to three."}], stream=True, stream_options={"include_usage": True}
    )
    for _ in stream:
        pass
    try:
        chat.create(model="gpt-4o-err429", messages=[{"role": "user", "content": "Fail, please."}])
    except openai.RateLimitError:
        pass
    # What is said of the trace stands on one span, which is sent when all others have been.
    langfuse.flush()
    langfuse.update_current_trace(
        name="py3-trace", user_id="py3-user", session_id="py3-session", tags=["py3"], metadata={"k": "v"}, input={"q": question}, output="sunny"
    )
    langfuse.score_current_span(name="py3-quality", value=0.7)
    langfuse.score_current_trace(name="verdict", value="positive", data_type="CATEGORICAL")
    return "sunny"


def datasets():
    langfuse.create_dataset(name="py3-sums")
    for id, question, total in [("py3-item-1", "1+1", "2"), ("py3-item-2", "2+2", "4")]:
        langfuse.create_dataset_item(dataset_name="py3-sums", id=id, input={"q": question}, expected_output=total)
    dataset = langfuse.get_dataset("py3-sums")
    for item in dataset.items:
        with item.run(run_name="py3-run-1", run_description="by hand", run_metadata={"m": 1}) as span:
            span.update(output="2" if item.input["q"] == "1+1" else "5")
            span.score_trace(name="exact", value=float(item.input["q"] == "1+1"))
    langfuse.flush()

    def task(*, item, **kwargs):
        return item.expected_output

    from langfuse import Evaluation

    result = dataset.run_experiment(
        name="py3 sums",
        run_name="py3-run-2",
        task=task,
        evaluators=[lambda *, output, expected_output, **kwargs: Evaluation(name="exact", value=float(output == expected_output))],
    )
    langfuse.flush()
    runs = langfuse.get_dataset_runs(dataset_name="py3-sums").data
    run = langfuse.get_dataset_run(dataset_name="py3-sums", run_name="py3-run-1")
    return {
        "items": [[item.id, item.input, item.expected_output] for item in dataset.items],
        "runs": sorted(run.name for run in runs),
        "run": [run.name, run.description, run.metadata, sorted(item.dataset_item_id for item in run.dataset_run_items)],
        "ids": {run.name: run.id for run in runs},
        "result": result.dataset_run_id,
    }


def reading():
    trace = langfuse.api.trace.get(said["traces"]["agent"])
    traces = langfuse.api.trace.list(session_id="py3-session").data
    generations = langfuse.api.observations.get_many(trace_id=said["traces"]["agent"], type="GENERATION").data
    one = langfuse.api.observations.get(generations[0].id)
    session = langfuse.api.sessions.get("py3-session")
    scores = langfuse.api.score_v_2.get(name="py3-quality").data
    return {
        "trace": [trace.name, trace.user_id, trace.session_id, trace.tags, trace.metadata, trace.input, trace.output, trace.total_cost],
        "observations": sorted(observation.name for observation in trace.observations),
        "trace_scores": sorted(score.name for score in trace.scores),
        "traces": [trace.id for trace in traces],
        "generations": len(generations),
        "one": one.id == generations[0].id,
        "session": [session.id, [trace.id for trace in session.traces]],
        "sessions": "py3-session" in [session.id for session in langfuse.api.sessions.list().data],
        "scores": [[score.value, score.data_type, score.trace_id] for score in scores],
    }


agent("what?")
langfuse.flush()
if "library" in sys.argv:
    prompt = langfuse.create_prompt(name="py3-greeting", prompt="Hello {{name}}!", labels=["production"])
    said["prompt"] = langfuse.get_prompt("py3-greeting").compile(name="Ada")
    with langfuse.start_as_current_observation(name="linked", as_type="generation", model=MODEL, prompt=prompt, input="x", output="y"):
        pass
    said["datasets"] = datasets()
    said["read"] = reading()
langfuse.shutdown()
print(json.dumps(said, default=str))
