"""A LangChain agent with DeepEval's callback handler: a tool call and a streamed answer."""

from deepeval.integrations.langchain import CallbackHandler
from deepeval.tracing import flush_traces
from langchain.agents import create_agent
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return f"sunny in {city}"


def handler(name):
    return CallbackHandler(name=name, thread_id="chain-thread", user_id="chain-user", tags=["chain"], metadata={"tier": "gold"})


agent = create_agent(ChatOpenAI(model="gpt-4o-mini", max_retries=0), tools=[get_weather], name="weather-agent")
agent.invoke({"messages": [{"role": "user", "content": "What is the weather in Paris?"}]}, config={"callbacks": [handler("agent-run")]})

streaming = ChatOpenAI(model="gpt-4o-mini", streaming=True, stream_usage=True, max_retries=0)
for _ in streaming.stream("Count to three.", config={"callbacks": [handler("stream-run")]}):
    pass
assert flush_traces(timeout=60)
