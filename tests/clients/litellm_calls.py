"""Calls through LiteLLM with one of its callbacks: `python litellm_calls.py otel|arize_phoenix|generic_api`.

No word of Telltale: where they send is in the environment variables that LiteLLM documents.
"""

import asyncio
import os
import sys

import litellm
from litellm.integrations.generic_api.generic_api_callback import GenericAPILogger

QUESTION = [{"role": "user", "content": "What is the weather in Paris?"}]
PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
TOOL = {"type": "function", "function": {"name": "get_weather", "description": "Get weather", "parameters": PARAMETERS}}


def who():
    """New ones for each call: LiteLLM writes into the metadata it is given."""
    return {"max_retries": 0, "user": "ada", "metadata": {"session_id": "sess-1", "tags": ["try"], "trace_id": "sess-1"}}


async def main(callback):
    logger = None
    if callback == "generic_api":
        logger = GenericAPILogger(endpoint=os.environ["GENERIC_LOGGER_ENDPOINT"])
    litellm.callbacks = [logger or callback]
    await litellm.acompletion("openai/gpt-4o-mini", QUESTION, temperature=0.2, **who())
    async for _ in await litellm.acompletion("openai/gpt-4o-mini", QUESTION, stream=True, stream_options={"include_usage": True}, **who()):
        pass
    await litellm.acompletion("openai/gpt-4o-mini", QUESTION, tools=[TOOL], **who())
    await litellm.acompletion("anthropic/claude-sonnet-4-5", QUESTION, max_tokens=50, **who())
    await litellm.aembedding("openai/text-embedding-3-small", input=["hello", "world"], **who())
    try:
        await litellm.acompletion("openai/gpt-err404", QUESTION, **who())
    except litellm.NotFoundError:
        pass
    # Callbacks run behind the calls, in a queue of LiteLLM's own.
    for _ in range(100):
        await asyncio.sleep(0.05)
        if logger and len(logger.log_queue) >= 6:
            break
    if logger:
        await logger.flush_queue()
    else:
        from opentelemetry import trace

        for each in litellm.callbacks + litellm.success_callback + litellm._async_success_callback:
            provider = getattr(each, "_tracer_provider", None) or getattr(each, "tracer_provider", None)
            if provider:
                provider.force_flush()
        getattr(trace.get_tracer_provider(), "force_flush", lambda: None)()


asyncio.run(main(sys.argv[1]))
