"""Calls of Anthropic's SDK. Prints what the application got, as JSON. usage: anthropic_proxy_calls.py BASE_URL SESSION"""

import json
import sys

import anthropic

base_url, session = sys.argv[1:]
client = anthropic.Anthropic(base_url=base_url, api_key="sk-ant-not-real", max_retries=0, default_headers={"x-telltale-session-id": session})
COMMON = {
    "model": "claude-sonnet-4-5",
    "max_tokens": 2048,
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "What is the weather in Paris?"}],
    "metadata": {"user_id": "ada"},
}
TOOLS = [{"name": "get_weather", "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}}}]
got = {}


def failure(call):
    try:
        call()
    except anthropic.APIError as error:
        return [type(error).__name__, getattr(error, "status_code", None), error.message]


def streamed(**settings):
    with client.messages.stream(**COMMON, **settings) as stream:
        message = stream.get_final_message()
    return [[block.model_dump() for block in message.content], message.stop_reason, message.usage.model_dump()]


message = client.messages.create(**COMMON)
got["message"] = [message.content[0].text, message.usage.model_dump()]
got["stream"] = streamed()
got["thinking"] = streamed(thinking={"type": "enabled", "budget_tokens": 1024})
got["tools"] = streamed(tools=TOOLS)
got["refused"] = failure(lambda: client.messages.create(**(COMMON | {"model": "claude-err429"})))
got["broken"] = failure(lambda: [event for event in client.messages.create(**(COMMON | {"model": "claude-errstream"}), stream=True)])
got["counted"] = client.messages.count_tokens(model="claude-sonnet-4-5", messages=COMMON["messages"]).input_tokens
print(json.dumps(got))
