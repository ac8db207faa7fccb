"""pydantic-ai agents and the OpenAI SDK, observed by Logfire, which is told to send everything to TELLTALE_URL."""

import asyncio
import os

import logfire
import openai
from pydantic_ai import Agent
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

url = os.environ["TELLTALE_URL"]
logfire.configure(
    token="a-token",
    service_name="weather",
    environment="test",
    console=False,
    scrubbing=False,
    advanced=logfire.AdvancedOptions(base_url=url),
)
logfire.instrument_pydantic_ai()
logfire.instrument_openai()

gpt = OpenAIProvider(base_url=os.environ["OPENAI_BASE_URL"], api_key="sk-not-a-real-key")
claude = AnthropicProvider(base_url=os.environ["ANTHROPIC_BASE_URL"], api_key="sk-not-a-real-key")
agent = Agent(OpenAIChatModel("gpt-4o-mini", provider=gpt), name="weather_agent", system_prompt="Be brief", defer_model_check=True)


@agent.tool_plain
def get_weather(city: str) -> str:
    """Get weather"""
    return "sunny"


async def stream():
    async with agent.run_stream("hi") as result:
        async for _ in result.stream_text():
            pass


with logfire.span("tools of {who}", who="bob"):
    agent.run_sync("What is the weather in Paris?", conversation_id="conv-9")
with logfire.span("stream"):
    asyncio.run(stream())
with logfire.span("anthropic"):
    Agent(AnthropicModel("claude-sonnet-4-5", provider=claude), name="claude_agent").run_sync("hi")
with logfire.span("error"):
    try:
        Agent(OpenAIChatModel("gpt-err404", provider=gpt), name="bad_agent").run_sync("x")
    except Exception:
        logfire.error("no such model: {model}", model="gpt-err404", _tags=["bad"])

client = openai.OpenAI(base_url=os.environ["OPENAI_BASE_URL"], api_key="sk-not-a-real-key")
with logfire.span("openai"):
    client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}])
with logfire.span("openai stream"):
    stream = client.chat.completions.create(
        model="gpt-4o-mini", messages=[{"role": "user", "content": "hi"}], stream=True, stream_options={"include_usage": True}
    )
    for _ in stream:
        pass
logfire.shutdown()
