"""An application that LangSmith traces: functions, wrapped OpenAI and Anthropic clients, streams, tools, errors, feedback, files.

No word of Telltale: where it sends is in LANGSMITH_ENDPOINT. With the argument `single` the client sends each run by itself, with `calls`
it gives no feedback.
"""

import sys

import anthropic
import openai
from langsmith import Client, traceable, tracing_context
from langsmith.run_helpers import get_current_run_tree
from langsmith.schemas import Attachment
from langsmith.wrappers import wrap_anthropic, wrap_openai

MODEL = "gpt-4o-mini"
TOOLS = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}}]

client = Client(auto_batch_tracing="single" not in sys.argv)
models = wrap_openai(openai.OpenAI(max_retries=0))
claude = wrap_anthropic(anthropic.Anthropic(max_retries=0))


@traceable(run_type="tool")
def get_weather(city):
    return {"sky": "clear", "degrees": 21}


@traceable(run_type="retriever")
def find(query):
    return [{"page_content": "Paris is in France.", "type": "Document", "metadata": {"source": "atlas"}}]


@traceable
def fails():
    raise ValueError("nothing to see")


@traceable(name="picture", dangerously_allow_filesystem=False)
def look(picture: Attachment):
    return "a picture"


@traceable(name="agent", tags=["holiday"])
def agent(question):
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    models.chat.completions.create(model=MODEL, messages=messages, temperature=0.2)
    for _ in models.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Count."}], stream=True, stream_options={"include_usage": True}
    ):
        pass
    models.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Weather in Paris?"}], tools=TOOLS)
    models.responses.create(model=MODEL, input="Think first.", reasoning={"effort": "low"})
    get_weather("Paris")
    find("Where is Paris?")
    claude.messages.create(model="claude-sonnet-4-5", max_tokens=50, messages=[{"role": "user", "content": "Hello, Claude."}])
    with claude.messages.stream(model="claude-sonnet-4-5", max_tokens=50, messages=[{"role": "user", "content": "Stream, Claude."}]) as stream:
        for _ in stream:
            pass
    try:
        models.chat.completions.create(model="gpt-4o-err429", messages=[{"role": "user", "content": "Fail, please."}])
    except openai.RateLimitError:
        pass
    try:
        fails()
    except ValueError:
        pass
    look(Attachment(mime_type="image/png", data=b"\x89PNG not really"))
    return {"answer": "sunny", "run": str(get_current_run_tree().id)}


def main():
    metadata = {"session_id": "chat-7", "user_id": "ada", "LANGSMITH_EXTRA_TOKEN": "lsv2_pt_0123456789abcdef0123"}
    with tracing_context(enabled=True, client=client, metadata=metadata, tags=["try"]):
        answer = agent("What is the weather in Paris?")
    client.flush()
    run_id = answer["run"]
    if "calls" in sys.argv:
        return
    project = client.read_project(project_name="holidays")
    client.create_feedback(key="helpful", score=1, comment="good", trace_id=run_id, session_id=project.id)
    client.flush()
    print(run_id)


if __name__ == "__main__":
    main()
