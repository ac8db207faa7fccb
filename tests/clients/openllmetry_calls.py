"""An application that OpenLLMetry traces, in its current and in its last legacy version.

No word of Telltale: where it sends is in TRACELOOP_BASE_URL.
"""

import sys

import anthropic
import openai
from traceloop.sdk import Traceloop
from traceloop.sdk.decorators import agent, task, tool, workflow

MODEL = "gpt-4o-mini"
QUESTION = "What is the weather in Paris?"
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Get weather", "parameters": PARAMETERS}}

Traceloop.init(app_name=sys.argv[1], telemetry_enabled=False)
models = openai.OpenAI(max_retries=0)
claude = anthropic.Anthropic(max_retries=0)


@tool(name="get_weather")
def get_weather(city):
    return "sunny"


@task(name="fails")
def fails():
    raise ValueError("nothing to see")


@agent(name="weather_agent")
def weather_agent(question):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    models.chat.completions.create(model=MODEL, messages=messages, temperature=0.2)
    list(models.chat.completions.create(model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}))
    asked = models.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL]).choices[0].message
    result = {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": get_weather("Paris")}
    models.chat.completions.create(model=MODEL, messages=[*messages, asked, result], tools=[TOOL])
    models.embeddings.create(model="text-embedding-3-small", input=["hello", "world"])
    try:
        models.chat.completions.create(model="gpt-err429", messages=messages)
    except openai.RateLimitError:
        pass
    asking = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": question}]}
    claude.messages.create(**asking, system="Be brief.")
    for _ in claude.messages.create(**asking, stream=True):
        pass
    claude.messages.create(**asking, tools=[{"name": "get_weather", "input_schema": PARAMETERS}])
    try:
        fails()
    except ValueError:
        pass
    return "sunny"


@workflow(name="travel", version=2)
def travel(question):
    return weather_agent(question)


Traceloop.set_association_properties({"session_id": "sess-1", "user_id": "ada", "plan": "free"})
travel(QUESTION)
