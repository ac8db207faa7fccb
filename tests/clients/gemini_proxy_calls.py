"""Calls of Google's SDK. Prints what the application got, as JSON. usage: gemini_proxy_calls.py BASE_URL SESSION"""

import json
import sys

from google import genai
from google.genai import errors, types

base_url, session = sys.argv[1:]
headers = {"x-telltale-session-id": session, "x-telltale-user-id": "ada"}
client = genai.Client(api_key="not-a-real-key", http_options=types.HttpOptions(base_url=base_url, headers=headers))
MODEL, QUESTION = "gemini-2.5-pro", "What is the weather in Paris?"
DECLARATION = types.FunctionDeclaration(name="get_weather", parameters={"type": "OBJECT", "properties": {"city": {"type": "STRING"}}})
got = {}


def usage(answer):
    return answer.usage_metadata.model_dump(exclude_none=True, mode="json")


def failure(call):
    try:
        call()
    except errors.APIError as error:
        return [type(error).__name__, error.code, error.status]


answer = client.models.generate_content(model=MODEL, contents=QUESTION, config={"system_instruction": "Be brief.", "temperature": 0.2})
got["content"] = [answer.text, usage(answer)]
chunks = list(client.models.generate_content_stream(model=MODEL, contents=QUESTION))
got["stream"] = ["".join(chunk.text or "" for chunk in chunks), usage(chunks[-1])]
thinking = {"thinking_config": {"include_thoughts": True}}
answer = client.models.generate_content(model=MODEL, contents=QUESTION, config=thinking)
got["thoughts"] = [part.text for part in answer.candidates[0].content.parts]
answer = client.models.generate_content(model=MODEL, contents=QUESTION, config={"tools": [types.Tool(function_declarations=[DECLARATION])]})
got["tools"] = [answer.function_calls[0].name, answer.function_calls[0].args]
got["embeddings"] = [item.values for item in client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"]).embeddings]
got["refused"] = failure(lambda: client.models.generate_content(model="gemini-err429", contents=QUESTION))
print(json.dumps(got))
