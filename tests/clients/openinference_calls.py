"""Applications that OpenInference traces, sending with Phoenix' `register`: `python openinference_calls.py openai|anthropic|langchain|llama-index|agents`.

No word of Telltale: where it sends is in PHOENIX_COLLECTOR_ENDPOINT, and the project is in PHOENIX_PROJECT_NAME.
"""

import os
import sys

from openinference.instrumentation import using_attributes
from phoenix.otel import register

MODEL = "gpt-4o-mini"
SYSTEM = "You are a helpful assistant."
QUESTION = "What is the weather in Paris?"
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Get weather", "parameters": PARAMETERS}}
# One instrumentation after the other patches the same clients: each process runs one.
PROVIDER = register(endpoint=os.environ["PHOENIX_COLLECTOR_ENDPOINT"] + "/v1/traces", batch=True, verbose=False)
TRACER = PROVIDER.get_tracer("app")


def context():
    return using_attributes(session_id="sess-1", user_id="ada", metadata={"plan": "free"}, tags=["try", "weather"])


@TRACER.tool
def get_weather(city: str) -> str:
    """Gets weather"""
    return "sunny"


def call_openai():
    import openai
    from openinference.instrumentation.openai import OpenAIInstrumentor
    from openinference.semconv.trace import SpanAttributes

    OpenAIInstrumentor().instrument(tracer_provider=PROVIDER)
    client = openai.OpenAI(max_retries=0)
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": QUESTION}]

    @TRACER.agent(name="weather-agent")
    def agent(question: str) -> str:
        client.chat.completions.create(model=MODEL, messages=messages, temperature=0.2)
        list(client.chat.completions.create(model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}))
        list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))
        asked = client.chat.completions.create(model=MODEL, messages=messages, tools=[TOOL]).choices[0].message
        answered = [*messages, asked, {"role": "tool", "tool_call_id": asked.tool_calls[0].id, "content": get_weather("Paris")}]
        client.chat.completions.create(model=MODEL, messages=answered, tools=[TOOL])
        client.embeddings.create(model="text-embedding-3-small", input=["hello", "world"])
        client.responses.create(model=MODEL, input=QUESTION, instructions="Be brief.", tools=[{"type": "function", "name": "get_weather", "parameters": PARAMETERS}])
        image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
        client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": [{"type": "text", "text": "What is this?"}, image]}])
        with TRACER.start_as_current_span("search", openinference_span_kind="retriever") as span:
            span.set_input("paris")
            span.set_attribute(f"{SpanAttributes.RETRIEVAL_DOCUMENTS}.0.document.content", "Paris is in France.")
            span.set_attribute(f"{SpanAttributes.RETRIEVAL_DOCUMENTS}.0.document.score", 0.9)
        try:
            client.chat.completions.create(model="gpt-err429", messages=messages)
        except openai.RateLimitError:
            pass
        return "sunny"

    with context():
        agent(QUESTION)


def call_anthropic():
    import anthropic
    from openinference.instrumentation.anthropic import AnthropicInstrumentor

    AnthropicInstrumentor().instrument(tracer_provider=PROVIDER)
    client = anthropic.Anthropic(max_retries=0)
    asking = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": QUESTION}]}
    tools = [{"name": "get_weather", "input_schema": PARAMETERS}]
    with context(), TRACER.start_as_current_span("claude-agent", openinference_span_kind="agent"):
        client.messages.create(**asking, system=SYSTEM)
        for _ in client.messages.create(**asking, stream=True):
            pass
        with client.messages.stream(**asking) as stream:
            stream.get_final_message()
        asked = client.messages.create(**asking, tools=tools)
        use = next(block for block in asked.content if block.type == "tool_use")
        result = {"type": "tool_result", "tool_use_id": use.id, "content": "sunny"}
        turns = [*asking["messages"], {"role": "assistant", "content": asked.content}, {"role": "user", "content": [result]}]
        client.messages.create(**asking | {"messages": turns}, tools=tools)
        try:
            client.messages.create(**asking | {"model": "claude-err400"})
        except anthropic.BadRequestError:
            pass


def call_langchain():
    from langchain.agents import create_agent
    from langchain_core.documents import Document
    from langchain_core.tools import tool
    from langchain_core.vectorstores import InMemoryVectorStore
    from langchain_openai import ChatOpenAI, OpenAIEmbeddings
    from openinference.instrumentation.langchain import LangChainInstrumentor

    LangChainInstrumentor().instrument(tracer_provider=PROVIDER)

    @tool("get_weather")
    def weather(city: str) -> str:
        """Gets weather"""
        return "sunny"

    model = ChatOpenAI(model=MODEL, max_retries=0)
    agent = create_agent(model, tools=[weather], system_prompt=SYSTEM, name="weather_agent")
    agent.invoke({"messages": [{"role": "user", "content": QUESTION}]}, {"metadata": {"thread_id": "th-1"}})
    with context():
        list(model.stream("Count.", stream_usage=True))
        store = InMemoryVectorStore(OpenAIEmbeddings(model="text-embedding-3-small", check_embedding_ctx_length=False))
        store.add_documents([Document("Paris is in France.", metadata={"page": 3})])
        store.as_retriever().invoke("Where is Paris?")
        try:
            ChatOpenAI(model="gpt-err404", max_retries=0).invoke("Fail, please.")
        except Exception as error:
            assert "404" in str(error), error


def call_llama_index():
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.llms import ChatMessage
    from llama_index.embeddings.openai import OpenAIEmbedding
    from llama_index.llms.openai import OpenAI
    from openinference.instrumentation.llama_index import LlamaIndexInstrumentor

    LlamaIndexInstrumentor().instrument(tracer_provider=PROVIDER)
    model = OpenAI(model=MODEL, max_retries=0)
    with context():
        model.chat([ChatMessage(role="user", content=QUESTION)])
        list(model.stream_chat([ChatMessage(role="user", content="Count.")]))
        index = VectorStoreIndex.from_documents([Document(text="Paris is in France.")], embed_model=OpenAIEmbedding(model="text-embedding-3-small"))
        index.as_query_engine(llm=model).query("Where is Paris?")
        try:
            OpenAI(model="ft:gpt-4o-mini:err404", max_retries=0).chat([ChatMessage(role="user", content="Fail, please.")])
        except Exception as error:
            assert "404" in str(error), error


def call_agents():
    import agents
    from agents import Agent, Runner, function_tool
    from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor

    OpenAIAgentsInstrumentor().instrument(tracer_provider=PROVIDER)

    @function_tool(name_override="get_weather")
    def weather(city: str) -> str:
        """Gets weather"""
        return "sunny"

    with context(), agents.trace("travel", group_id="sess-1"):
        Runner.run_sync(Agent(name="Weather", instructions="Be brief.", model=MODEL, tools=[weather]), QUESTION)
        try:
            Runner.run_sync(Agent(name="Bad", model="gpt-err404"), "Fail, please.")
        except Exception as error:
            assert "404" in str(error), error


if __name__ == "__main__":
    {"openai": call_openai, "anthropic": call_anthropic, "langchain": call_langchain, "llama-index": call_llama_index, "agents": call_agents}[
        sys.argv[1]
    ]()
    PROVIDER.shutdown()
