"""An application that DeepEval observes: an agent with a retriever, a tool and model calls, streamed ones, errors, threads, annotations.

No word of Telltale: where it sends is in CONFIDENT_BASE_URL, and the models are at OPENAI_BASE_URL.
"""

import sys
import time

import deepeval.openai  # patches the classes of the openai package
import openai
from deepeval.annotation import send_annotation
from deepeval.metrics import BaseMetric
from deepeval.prompt import Prompt
from deepeval.test_case import MLLMImage
from deepeval.tracing import flush_traces, observe, trace, update_current_span, update_current_trace, update_llm_span, update_retriever_span
from deepeval.tracing.context import current_span_context, current_trace_context

MODEL = "gpt-4o-mini"
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "get_weather",
            "description": "The weather of a city",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Length(BaseMetric):
    """Measured on the client, without a model."""

    threshold = 0.5
    async_mode = False

    def measure(self, test_case, *args, **kwargs):
        self.score, self.success, self.reason = 0.75, True, "long enough"
        return self.score

    async def a_measure(self, test_case, *args, **kwargs):
        return self.measure(test_case)

    def is_successful(self):
        return self.success

    @property
    def __name__(self):
        return "Length"


client = openai.OpenAI(max_retries=0)


@observe(type="retriever", embedder="text-embedding-3-small", name="search")
def search(query):
    update_retriever_span(top_k=2, chunk_size=512)
    return ["Paris is sunny in May.", "It rains in April."]


@observe(type="tool", description="The weather of a city")
def get_weather(city):
    return {"city": city, "sky": "sunny"}


@observe()
def parse(text):
    raise ValueError("no number in the text")


@observe(type="agent", name="travel-agent", available_tools=["get_weather"], agent_handoffs=["booking-agent"])
def travel_agent(question):
    documents = search(question)
    asked = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": question}]
    first = client.chat.completions.create(model=MODEL, messages=asked, tools=TOOLS)
    call = first.choices[0].message.tool_calls[0]
    weather = get_weather("Paris")
    answered = [*asked, first.choices[0].message.model_dump(exclude_none=True), {"role": "tool", "tool_call_id": call.id, "content": str(weather)}]
    final = client.chat.completions.create(model=MODEL, messages=answered, tools=TOOLS).choices[0].message.content
    try:
        parse("none")
    except ValueError:
        pass
    measured = Length()
    measured.measure(None)
    update_current_span(metadata={"step": 7}, retrieval_context=documents, expected_output="Sunny.", metrics=[measured])
    update_current_trace(
        name="trip-planning",
        thread_id="thread-1",
        user_id="user-1",
        tags=["travel", "test"],
        metadata={"tier": "gold"},
        expected_output="Sunny.",
    )
    ids["agent_trace"], ids["agent_span"] = current_trace_context.get().uuid, current_span_context.get().uuid
    return final


@observe(type="llm", model="house-model", cost_per_input_token=0.000001, cost_per_output_token=0.000002)
def streamed(prompt):
    """A model of its own, told token by token."""
    intervals = {}
    for token in ("One", " two", " three"):
        time.sleep(0.02)
        intervals[time.perf_counter()] = token
        yield token
    update_llm_span(input_token_count=9, output_token_count=3, token_intervals=intervals)


@observe()
def counts():
    update_current_trace(thread_id="thread-1", user_id="user-2", name="counts")
    return "".join(streamed("Count to three."))


@observe(type="agent")
def fails():
    update_current_trace(thread_id="thread-2", user_id="user-1")
    client.chat.completions.create(model="gpt-4o-err429", messages=[{"role": "user", "content": "Fail, please."}])


@observe(type="llm", model="vision-1")
def looks(text):
    prompt = Prompt(alias="look", text_template="Look at {what}")
    prompt.version, prompt.hash, prompt.label = "00.00.02", "abc123", "staging"
    update_llm_span(input_token_count=5, output_token_count=2, prompt=prompt)
    return "A dot."


def main():
    print(travel_agent("What is the weather in Paris?"))
    print(counts())
    try:
        fails()
    except openai.RateLimitError:
        pass
    looks(f"What is in {MLLMImage(dataBase64=PIXEL, mimeType='image/png')}?")
    with trace(name="two-roots", thread_id="thread-3", input="in", output="out", tags=["pair"]):
        get_weather("Rome")
        get_weather("Oslo")
    response = client.responses.create(model=MODEL, instructions="Be brief.", input="Say hello.")
    print(response.output_text)
    assert flush_traces(timeout=60), "some traces were not sent"
    send_annotation(rating=1, trace_uuid=ids["agent_trace"], explanation="Just right.", user_id="user-1")
    send_annotation(rating=0, span_uuid=ids["agent_span"], explanation="Too long.")
    send_annotation(rating=1, thread_id="thread-1", expected_outcome="Booked.")


ids = {}

if __name__ == "__main__":
    main()
    sys.stdout.flush()
