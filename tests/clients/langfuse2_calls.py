"""An application as its author would write it with Langfuse's Python SDK (version 2): where to send is in LANGFUSE_* and OPENAI_*.

Prints what a test needs to find it again, as JSON.
"""

import json
import sys

from langfuse import Langfuse
from langfuse.decorators import langfuse_context, observe
from langfuse.openai import openai

MODEL = "gpt-4o-mini"
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}

langfuse = Langfuse()
said = {"auth": langfuse.auth_check(), "traces": {}}


@observe()
def get_weather(city):
    return {"city": city, "sky": "clear"}


@observe(name="weather-agent")
def agent(question):
    said["traces"]["agent"] = langfuse_context.get_current_trace_id()
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
    # What comes after this is a request of its own.
    langfuse_context.flush()
    langfuse_context.update_current_trace(user_id="py2-user", session_id="py2-session", tags=["py2"], metadata={"k": "v"})
    langfuse_context.score_current_observation(name="quality", value=0.7)
    langfuse_context.score_current_trace(name="verdict", value="positive", data_type="CATEGORICAL")
    return "sunny"


def low_level():
    trace = langfuse.trace(id="py2-own-trace", name="low-level", user_id="py2-user", session_id="py2-own-session", input={"q": 1}, release="r1", tags=["x"])
    span = trace.span(id="py2-own-span", name="step", input={"a": 1})
    generation = span.generation(id="py2-own-generation", name="g", model="claude-sonnet-4-5", input=[{"role": "user", "content": "hi"}])
    langfuse.flush()
    generation.end(
        output="yo",
        usage_details={"input": 30, "output": 25, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 50},
        cost_details={"input": 0.001, "output": 0.002},
    )
    span.event(name="happened", metadata={"e": 1})
    span.end(level="ERROR", status_message="bad")
    trace.score(name="accuracy", value=0.5)
    trace.update(output="done")


def reading():
    trace = langfuse.fetch_trace("py2-own-trace").data
    traces = langfuse.fetch_traces(session_id="py2-own-session").data
    observations = langfuse.fetch_observations(trace_id="py2-own-trace").data
    one = langfuse.fetch_observation("py2-own-generation").data
    return {
        "trace": [trace.id, trace.name, trace.user_id, trace.session_id, trace.input, trace.output, trace.release, trace.tags],
        "tree": sorted([o.id, o.type, o.parent_observation_id, o.trace_id] for o in trace.observations if o.type != "EVENT"),
        "types": sorted(o.type for o in observations),
        "scores": [[score.name, score.value] for score in trace.scores],
        "traces": [trace.id for trace in traces],
        "one": [one.id, one.model, one.output, one.usage_details],
        "sessions": "py2-own-session" in [session.id for session in langfuse.fetch_sessions().data],
    }


def datasets():
    langfuse.create_dataset(name="py2-sums")
    for id, question, total in [("py2-item-1", "1+1", "2"), ("py2-item-2", "2+2", "4")]:
        langfuse.create_dataset_item(dataset_name="py2-sums", id=id, input={"q": question}, expected_output=total)
    dataset = langfuse.get_dataset("py2-sums")
    for item in dataset.items:
        with item.observe(run_name="py2-run") as trace_id:
            langfuse_context.update_current_trace(output="2")
            langfuse.score(trace_id=trace_id, name="exact", value=float(item.expected_output == "2"))
    langfuse.flush()
    langfuse_context.flush()
    run = langfuse.get_dataset_run(dataset_name="py2-sums", dataset_run_name="py2-run")
    return {"items": [[item.id, item.input] for item in dataset.items], "run": [run.name, run.id, len(run.dataset_run_items)]}


agent("what?")
low_level()
langfuse_context.flush()
langfuse.flush()
if "library" in sys.argv:
    prompt = langfuse.create_prompt(name="py2-greeting", prompt="Hello {{name}}!", labels=["production"])
    langfuse.create_prompt(name="py2-chat", type="chat", prompt=[{"role": "system", "content": "You know {{topic}}."}], labels=["production"])
    said["prompt"] = langfuse.get_prompt("py2-greeting").compile(name="Ada")
    said["chat"] = langfuse.get_prompt("py2-chat", type="chat").compile(topic="cats")
    langfuse.generation(name="linked", model=MODEL, prompt=prompt, input="x", output="y").end()
    langfuse.flush()
    said["read"] = reading()
    said["datasets"] = datasets()
langfuse.shutdown()
print(json.dumps(said, default=str))
