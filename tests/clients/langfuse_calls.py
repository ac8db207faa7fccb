"""An application as its author would write it with Langfuse's Python SDK (version 5): where to send is in LANGFUSE_* and OPENAI_*.

Prints what a test needs to find it again, as JSON.
"""

import base64
import datetime
import json
import sys

from langfuse import Langfuse, get_client, observe, propagate_attributes
from langfuse.media import LangfuseMedia
from langfuse.openai import openai

MODEL = "gpt-4o-mini"
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}
# One transparent pixel.
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="

langfuse = Langfuse()
said = {"auth": langfuse.auth_check(), "traces": {}}


@observe(as_type="tool")
def get_weather(city):
    return {"city": city, "sky": "clear"}


@observe(as_type="retriever")
def find(query):
    return [{"text": "Paris is in France."}]


def models():
    client = openai.OpenAI(max_retries=0)
    chat = client.chat.completions
    chat.create(model=MODEL, temperature=0.2, messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hello."}])
    chat.create(model=MODEL, messages=[{"role": "user", "content": "What is the weather in Paris?"}], tools=[WEATHER])
    stream = chat.create(
        model=MODEL, messages=[{"role": "user", "content": "Count to three."}], stream=True, stream_options={"include_usage": True}
    )
    for _ in stream:
        pass
    client.responses.create(model=MODEL, instructions="Be brief.", input="Say hello again.")
    client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
    try:
        chat.create(model="gpt-4o-err429", messages=[{"role": "user", "content": "Fail, please."}])
    except openai.RateLimitError:
        pass


@observe(as_type="agent", name="weather-agent")
def agent(question):
    said["traces"]["agent"] = langfuse.get_current_trace_id()
    get_weather("Paris")
    find("Paris")
    models()
    with langfuse.start_as_current_observation(
        name="by-hand", as_type="generation", model="claude-sonnet-4-5", input=[{"role": "user", "content": "hi"}], model_parameters={"temperature": 0.1}
    ) as generation:
        generation.update(
            output={"role": "assistant", "content": "hello"},
            usage_details={"input": 30, "output": 25, "cache_read_input_tokens": 1000, "cache_creation_input_tokens": 50},
            cost_details={"input": 0.001, "output": 0.002, "total": 0.003},
            completion_start_time=datetime.datetime.now(datetime.timezone.utc),
            metadata={"x": {"y": 1}},
        )
        generation.score(name="quality", value=0.9, comment="good")
        said["by_hand"] = generation.id
    with langfuse.start_as_current_observation(name="broken") as broken:
        broken.update(level="ERROR", status_message="no such city")
    langfuse.score_current_trace(name="verdict", value="positive", data_type="CATEGORICAL")
    langfuse.score_current_trace(name="useful", value=1, data_type="BOOLEAN")
    langfuse.create_score(session_id="py5-session", name="session-score", value=1.5)
    return "sunny"


def pictures():
    with langfuse.start_as_current_observation(name="picture") as span:
        said["traces"]["picture"] = span.trace_id
        url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG}"}}
        span.update(input=[{"role": "user", "content": [{"type": "text", "text": "What is this?"}, url]}])
        span.update(output={"file": LangfuseMedia(content_bytes=b"some text", content_type="text/plain")})


def prompts():
    text = langfuse.create_prompt(name="py5/greeting", prompt="Hello {{name}}!", labels=["production"], config={"model": MODEL}, tags=["t"])
    langfuse.create_prompt(name="py5/greeting", prompt="Hi {{name}}!", labels=["staging"], commit_message="shorter")
    langfuse.create_prompt(
        name="py5/chat",
        type="chat",
        prompt=[{"role": "system", "content": "You know {{topic}}."}, {"type": "placeholder", "name": "history"}],
        labels=["production"],
    )
    production = langfuse.get_prompt("py5/greeting", cache_ttl_seconds=0)
    staging = langfuse.get_prompt("py5/greeting", label="staging", cache_ttl_seconds=0)
    first = langfuse.get_prompt("py5/greeting", version=1, cache_ttl_seconds=0)
    chat = langfuse.get_prompt("py5/chat", type="chat", cache_ttl_seconds=0)
    langfuse.update_prompt(name="py5/greeting", version=2, new_labels=["production"])
    moved = langfuse.get_prompt("py5/greeting", cache_ttl_seconds=0)
    fallback = langfuse.get_prompt("py5/none", fallback="fallback")
    with langfuse.start_as_current_observation(name="linked", as_type="generation", model=MODEL, prompt=moved, input="x", output="y"):
        pass
    listed = langfuse.api.prompts.list(name="py5/greeting").data[0]
    return {
        "compiled": [prompt.compile(name="Ada") for prompt in (text, production, staging, first, moved)],
        "versions": [production.version, staging.version, first.version, moved.version],
        "config": production.config,
        "labels": sorted(moved.labels),
        "chat": chat.compile(topic="cats", history=[{"role": "user", "content": "meow"}]),
        "fallback": [fallback.is_fallback, fallback.prompt],
        "listed": [listed.versions, sorted(listed.labels), listed.tags],
    }


def experiments():
    langfuse.create_dataset(name="py5-sums", description="sums", metadata={"kind": "test"})
    for id, question, total in [("py5-item-1", "1+1", "2"), ("py5-item-2", "2+2", "4")]:
        langfuse.create_dataset_item(dataset_name="py5-sums", id=id, input={"q": question}, expected_output=total, metadata={"n": 1})
    dataset = langfuse.get_dataset("py5-sums")

    def task(*, item, **kwargs):
        return "2" if item.input["q"] == "1+1" else "5"

    def exact(*, output, expected_output, **kwargs):
        from langfuse import Evaluation

        return Evaluation(name="exact", value=float(output == expected_output), comment="compared")

    def mean(*, item_results, **kwargs):
        from langfuse import Evaluation

        return Evaluation(name="mean", value=0.5)

    result = dataset.run_experiment(
        name="py5 sums", run_name="py5-run-1", description="all sums", task=task, evaluators=[exact], run_evaluators=[mean], metadata={"model": "m"}
    )
    local = langfuse.run_experiment(name="py5 local", data=[{"input": "a", "expected_output": "A"}], task=lambda *, item, **kwargs: item["input"].upper())
    langfuse.flush()
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    listed = langfuse.api.experiments.list(from_start_time=start, id=result.experiment_id, fields="core,metadata,scores").data[0]
    items = langfuse.api.experiments.list_items(from_start_time=start, experiment_id=result.experiment_id, fields="core,io,scores").data
    return {
        "items": [[item.id, item.input, item.expected_output, item.metadata] for item in dataset.items],
        "id": result.experiment_id,
        "outputs": [item.output for item in result.item_results],
        "traces": [item.trace_id for item in result.item_results],
        "local": local.experiment_id,
        "listed": [listed.name, listed.item_count, [[score.name, score.value] for score in listed.scores]],
        "listed_items": sorted([item.experiment_item_id, item.output, item.expected_output, [[s.name, s.value] for s in item.scores]] for item in items),
    }


def reading():
    observations = langfuse.api.observations.get_many(trace_id=said["traces"]["agent"], fields="core,basic,io,metadata,model,usage,metrics").data
    scores = langfuse.api.scores.get_many(trace_id=said["traces"]["agent"], fields="details,subject").data
    by_name = {observation.name: observation for observation in observations}
    hand = by_name["by-hand"]
    comment = langfuse.api.comments.create(
        project_id=langfuse.api.projects.get().data[0].id, object_type="TRACE", object_id=said["traces"]["agent"], content="look here"
    )
    return {
        "types": sorted({observation.type for observation in observations}),
        "count": len(observations),
        "by_hand": [hand.model, hand.usage_details, hand.total_cost, hand.input, hand.output, hand.metadata["x"]],
        "scores": sorted([[score.name, score.value, score.data_type] for score in scores], key=str),
        "comment": langfuse.api.comments.get_by_id(comment.id).content,
        "health": langfuse.api.health.health().status,
    }


def media_back():
    """References in what was sent are resolved to what was uploaded."""
    picture = langfuse.api.observations.get_many(trace_id=said["traces"]["picture"], fields="io").data[0]
    resolved = langfuse.resolve_media_references(obj={"input": picture.input, "output": picture.output}, resolve_with="base64_data_uri")
    url = resolved["input"][0]["content"][1]["image_url"]["url"]
    return [url == f"data:image/png;base64,{PNG}", base64.b64decode(resolved["output"]["file"].split(",")[1]).decode()]


with propagate_attributes(
    user_id="py5-user", session_id="py5-session", tags=["py5", "test"], trace_name="py5-trace", metadata={"tenant": "acme"}, version="app-1"
):
    agent("what?")
pictures()
langfuse.flush()
if "library" in sys.argv:
    said["prompts"] = prompts()
    said["experiments"] = experiments()
    said["read"] = reading()
    said["media_back"] = media_back()
get_client().shutdown()
print(json.dumps(said, default=str))
