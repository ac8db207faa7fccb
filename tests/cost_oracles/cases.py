"""The calls that everybody prices: models × usage × tiers, from a seed, so that a difference can be found again.

A case is `{"id", "oracle", "key", "table_provider", "provider", "model", "tier", "geo", "speed", "at", "usage": {bucket: count}}`.
"""

import random

SEED = 20261127
TOKENS = [0, 1, 7, 100, 1_999, 31_999, 32_000, 32_001, 100_001, 128_000, 199_999, 200_000, 200_001, 256_001, 272_000, 272_001, 512_001, 999_999]
# A Wednesday and a Sunday, at hours around the ends of the off-peak windows.
TIMES = [1_794_960_000 + hour * 1_800 for hour in (0, 1, 2, 3, 8, 11, 12, 19, 20, 40)] + [1_795_305_600 + 18_000]


def usage(rng, *, output, audio, image, reasoning, searches):
    """Disjoint buckets. Small counts are likelier than ones around the thresholds."""

    def count():
        return rng.choice(TOKENS) if rng.random() < 0.4 else rng.randrange(1, 5_000)

    buckets = {"input_uncached": count()}
    if rng.random() < 0.6:
        buckets["cache_read"] = count()
    if rng.random() < 0.3:
        buckets["cache_write_5m"] = rng.randrange(0, 20_000)
        buckets["cache_write_1h"] = rng.choice([0, rng.randrange(0, 20_000)])
    if audio and rng.random() < 0.3:
        buckets["input_audio"] = rng.randrange(0, 5_000)
    if image and rng.random() < 0.3:
        buckets["input_image"] = rng.randrange(0, 5_000)
    if output:
        buckets["output_text"] = rng.randrange(1, 30_000)
        if reasoning and rng.random() < 0.5:
            buckets["output_reasoning"] = rng.randrange(0, 30_000)
        if audio and rng.random() < 0.2:
            buckets["output_audio"] = rng.randrange(0, 5_000)
    if searches and rng.random() < 0.3:
        buckets["web_searches"] = rng.randrange(1, 12)
    return buckets


TOKEN_MODES = ("chat", "completion", "responses", "embedding", "realtime")


def of_litellm(table, wanted):
    """Cases for every row of LiteLLM's table that prices tokens."""
    rng = random.Random(SEED)
    rows = [(key, row) for key, row in sorted(table.items()) if "input_cost_per_token" in row or "tiered_pricing" in row]
    rows = [(key, row) for key, row in rows if row.get("litellm_provider") and row.get("mode") in TOKEN_MODES]
    cases = []
    while len(cases) < wanted:
        for key, row in rows:
            suffixes = [tier for tier, suffix in TIERS.items() if f"input_cost_per_token{suffix}" in row]
            table_provider = row["litellm_provider"]
            case = {
                "oracle": "litellm",
                "key": key,
                "provider": table_provider.partition("-")[0] if table_provider.startswith("vertex_ai") else table_provider,
                "kind": "embedding" if row["mode"] == "embedding" else "llm",
                "tier": rng.choice([None, "default", *suffixes * 2]),
                "at": rng.choice(TIMES),
                "usage": usage(
                    rng,
                    output=row["mode"] != "embedding",
                    audio="input_cost_per_audio_token" in row,
                    image="input_cost_per_image_token" in row,
                    reasoning=True,
                    searches="search_context_cost_per_query" in row,
                ),
            }
            if factors := row.get("provider_specific_entry"):
                case["geo"] = rng.choice([None, "global", "us"])
                case["speed"] = rng.choice([None, "fast"]) if "fast" in factors else None
            if "regional_processing_uplift_multiplier_eu" in row:
                case["host"] = rng.choice([None, "eu.api.openai.com", "us.api.openai.com"])
            if "regional_endpoint_uplift_multiplier" in row:
                case["host"] = rng.choice([None, "us-east5-aiplatform.googleapis.com"])
            cases.append(case)
    return cases


TIERS = {"batch": "_batches", "flex": "_flex", "priority": "_priority", "balanced": "_balanced", "ultrafast": "_ultrafast"}

# genai-prices' provider -> ours, where both sell under their own names.
GENAI_PROVIDERS = {
    "anthropic": "anthropic",
    "aws": "bedrock",
    "azure": "azure",
    "cerebras": "cerebras",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "fireworks": "fireworks_ai",
    "google": "gemini",
    "groq": "groq",
    "minimax": "minimax",
    "mistral": "mistral",
    "moonshotai": "moonshot",
    "novita": "novita",
    "openai": "openai",
    "perplexity": "perplexity",
    "together": "together_ai",
    "voyageai": "voyage",
    "x-ai": "xai",
    "zai": "zai",
}


def of_genai(models, wanted):
    """Cases for every model of genai-prices at a provider that we know. `models`: (provider, model, tiers)."""
    rng = random.Random(SEED)
    cases = []
    while len(cases) < wanted:
        for provider, model, tiers in models:
            case = {
                "oracle": "genai",
                "key": model,
                "genai_provider": provider,
                "kind": "embedding" if "embed" in model else "llm",
                "provider": GENAI_PROVIDERS[provider],
                "tier": rng.choice([None, *tiers]),
                "at": rng.choice(TIMES),
                "usage": usage(rng, output="embed" not in model, audio=False, image=False, reasoning=True, searches=False),
            }
            cases.append(case)
    return cases
