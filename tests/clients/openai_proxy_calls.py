"""Calls of OpenAI's SDK. Prints what the application got, as JSON. usage: openai_proxy_calls.py BASE_URL SESSION"""

import json
import sys

import openai

base_url, session = sys.argv[1:]
client = openai.OpenAI(
    base_url=base_url, api_key="sk-not-a-real-key", max_retries=0, default_headers={"x-telltale-session-id": session, "x-telltale-tags": "proxied"}
)
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "What is the weather in Paris?"}]
FUNCTION = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
got = {}


def chat(**settings):
    return client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES, user="ada", **settings)


def failure(call):
    try:
        call()
    except openai.APIError as error:
        return [type(error).__name__, getattr(error, "status_code", None), error.message]


answer = chat(temperature=0.2)
got["chat"] = [answer.choices[0].message.content, answer.usage.model_dump()]
chunks = list(chat(stream=True, stream_options={"include_usage": True}))
got["chat stream"] = ["".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices), chunks[-1].usage.model_dump()]
got["tools"] = chat(tools=[{"type": "function", "function": FUNCTION}]).choices[0].message.tool_calls[0].function.arguments
answer = client.responses.create(model="gpt-4o-mini", input="Hi", instructions="Be brief.", reasoning={"effort": "low"})
got["responses"] = [answer.output_text, answer.usage.model_dump()]
with client.responses.stream(model="gpt-4o-mini", input="Hi") as stream:
    got["responses stream"] = [stream.get_final_response().output_text, len(list(stream))]
answer = client.embeddings.create(model="text-embedding-3-small", input=["a", "b"])
got["embeddings"] = [[item.embedding for item in answer.data], answer.usage.model_dump()]
got["refused"] = failure(lambda: client.chat.completions.create(model="gpt-err429", messages=MESSAGES))
got["broken"] = failure(lambda: list(client.chat.completions.create(model="gpt-errstream", messages=MESSAGES, stream=True)))
raw = client.chat.completions.with_raw_response.create(model="gpt-4o-mini", messages=MESSAGES)
got["headers"] = sorted(name for name in raw.headers if not name.startswith("x-telltale-"))
print(json.dumps(got))
