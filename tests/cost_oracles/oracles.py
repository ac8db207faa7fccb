"""Prices cases with LiteLLM and with genai-prices, in the environment that holds both.

    oracles.py OUTPUT CASES_LITELLM CASES_GENAI    writes the cases as JSON lines, each with `usd` (text) or `error`
"""

import json
import os
import sys
from datetime import UTC, datetime
from decimal import Decimal

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import cases as generator
import genai_prices
import litellm
from genai_prices.data_snapshot import get_snapshot
from litellm._internal_context import _billing_time
from litellm.llms import get_cost_for_web_search_request
from litellm.types.utils import CacheCreationTokenDetails, CompletionTokensDetailsWrapper, PromptTokensDetailsWrapper, ServerToolUse, Usage

INPUT = ["input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "input_image"]
OUTPUT = ["output_text", "output_reasoning", "output_audio"]


def litellm_usage(case):
    b = case["usage"]
    written = b.get("cache_write_5m", 0) + b.get("cache_write_1h", 0)
    details = PromptTokensDetailsWrapper(
        text_tokens=b["input_uncached"],
        cached_tokens=b.get("cache_read", 0),
        cache_creation_tokens=written,
        audio_tokens=b.get("input_audio", 0),
        image_tokens=b.get("input_image", 0),
        web_search_requests=b.get("web_searches"),
    )
    if written:
        details.cache_creation_token_details = CacheCreationTokenDetails(
            ephemeral_5m_input_tokens=b.get("cache_write_5m", 0), ephemeral_1h_input_tokens=b.get("cache_write_1h", 0)
        )
    prompt = sum(b.get(name, 0) for name in INPUT)
    completion = sum(b.get(name, 0) for name in OUTPUT)
    usage = Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        prompt_tokens_details=details,
        completion_tokens_details=CompletionTokensDetailsWrapper(
            reasoning_tokens=b.get("output_reasoning", 0), audio_tokens=b.get("output_audio", 0)
        ),
    )
    if b.get("web_searches"):
        usage.server_tool_use = ServerToolUse(web_search_requests=b["web_searches"])
        usage.server_side_tool_usage_details = {"web_search_calls": b["web_searches"]}
    usage.inference_geo = case.get("geo")
    usage.speed = case.get("speed")
    return usage


def by_litellm(case):
    _billing_time.set(datetime.fromtimestamp(case["at"], UTC))
    host = case.get("host") or ""
    usage = litellm_usage(case)
    is_batch = case["tier"] == "batch"
    costs = litellm.cost_per_token(
        model=case["key"],
        custom_llm_provider=case["provider"],
        usage_object=usage,
        service_tier=None if is_batch else case["tier"],
        data_residency=host[:2] if host.endswith("openai.com") else None,
        vertex_location="us-east5" if host.endswith("googleapis.com") else None,
        call_type="aretrieve_batch" if is_batch else "completion",
    )
    searches = 0.0
    # Perplexity's calculator has them in its sum already.
    if case["usage"].get("web_searches") and case["provider"] != "perplexity":
        info = litellm.get_model_info(model=case["key"], custom_llm_provider=case["provider"])
        searches = get_cost_for_web_search_request(custom_llm_provider=case["provider"], usage=usage, model_info=info)
        if searches is None:
            size = (litellm.model_cost[case["key"]].get("search_context_cost_per_query") or {}).get("search_context_size_medium", 0)
            searches = size * case["usage"]["web_searches"]
    return repr(float(sum(costs)) + float(searches))


def genai_models():
    for provider in get_snapshot().providers:
        if provider.id in generator.GENAI_PROVIDERS:
            for model in provider.models:
                tiers = {"batch"} if any("batch" in v.when.values() for v in model.price_variants or ()) else set()
                # Fireworks' models are known by their whole names only.
                name = model.id if model.is_match(model.id) else f"accounts/fireworks/models/{model.id}"
                yield provider.id, name, sorted(tiers)


def by_genai(case):
    b = case["usage"]
    usage = {
        "input_tokens": sum(b.get(name, 0) for name in INPUT),
        "output_tokens": sum(b.get(name, 0) for name in OUTPUT),
        "cache_read_tokens": b.get("cache_read"),
        "cache_write_5m_tokens": b.get("cache_write_5m"),
        "cache_write_1h_tokens": b.get("cache_write_1h"),
        "output_reasoning_tokens": b.get("output_reasoning"),
    }
    if "cache_write_5m" in b:
        usage["cache_write_tokens"] = b["cache_write_5m"] + b["cache_write_1h"]
    price = genai_prices.calc_price(
        genai_prices.Usage(**{name: count for name, count in usage.items() if count is not None}),
        model_ref=case["key"],
        provider_id=case["genai_provider"],
        genai_request_timestamp=datetime.fromtimestamp(case["at"], UTC),
        price_context={"processing": "batch"} if case["tier"] == "batch" else None,
    )
    if price.model.prices == [] or not price.model_price._comparable_values():
        raise LookupError("no price")
    return format(Decimal(price.total_price), "f")


def main():
    output = sys.argv[1]
    wanted_litellm, wanted_genai = map(int, sys.argv[2:])
    table = json.loads(open(os.path.join(os.path.dirname(litellm.__file__), "model_prices_and_context_window_backup.json")).read())
    cases = generator.of_litellm(table, wanted_litellm) + generator.of_genai(list(genai_models()), wanted_genai)
    price = {"litellm": by_litellm, "genai": by_genai}
    with open(output, "w") as lines:
        for case in cases:
            try:
                case["usd"] = price[case["oracle"]](case)
            except Exception as error:  # Whatever an oracle does about a case is its answer.
                case["error"] = f"{type(error).__name__}: {error}"[:200]
            lines.write(json.dumps(case) + "\n")


if __name__ == "__main__":
    main()
