#!/usr/bin/env python3
"""Makes crates/pricing/data/prices.json from the price tables inside the PyPI package `litellm` (MIT licence).

    for version in 1.109.1 1.95.0 1.80.0 1.72.0; do pip download --no-deps --dest /tmp/litellm litellm==$version; done
    tools/prices_from_litellm.py /tmp/litellm/litellm-*.whl --date 2026-11-23

The newest package has today's prices. Older ones add the last known prices of models that were withdrawn since; those rows say `as_of`.

Prices stay decimal text from end to end: the table is read with its digits as written, never through a float.
docs/cost.md says which rows are left out, and why.
"""

import argparse
import json
import pathlib
import re
import zipfile
from decimal import Context, Decimal

TABLE = "litellm/model_prices_and_context_window_backup.json"
OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "crates/pricing/data/prices.json"

# litellm_provider -> our provider. Of two rows for the same model, the provider listed first wins.
PROVIDERS = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "vertex_ai": "vertex_ai",  # and every vertex_ai-*_models
    "mistral": "mistral",
    "codestral": "mistral",
    "deepseek": "deepseek",
    "xai": "xai",
    "groq": "groq",
    "bedrock_converse": "bedrock",
    "bedrock": "bedrock",
    "bedrock_mantle": "bedrock",
    "azure": "azure",
    "azure_text": "azure",
    "azure_ai": "azure_ai",
    "cohere_chat": "cohere",
    "cohere": "cohere",
    "cerebras": "cerebras",
    "deepinfra": "deepinfra",
    "fireworks_ai": "fireworks_ai",
    "minimax": "minimax",
    "moonshot": "moonshot",
    "sambanova": "sambanova",
    "together_ai": "together_ai",
    "voyage": "voyage",
    "zai": "zai",
}

# What a span can carry is tokens (and web searches); other modes are billed by image, page, second or character.
MODES = {"chat", "completion", "responses", "embedding", "rerank", "realtime", "audio_transcription", None}

PRICES = {
    "input_cost_per_token": "input",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "input_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_token": "output",
    "output_cost_per_reasoning_token": "output_reasoning",
    "output_cost_per_audio_token": "output_audio",
}
GENERATIVE_MODES = {"chat", "completion", "responses", "realtime"}

# A row with one of these has charges that tokens do not show: an answer from tokens alone would be too low.
OTHER_CHARGES = ("input_cost_per_query", "input_cost_per_request", "citation_cost_per_token", "tiered_pricing")

# Dearer than this per token is a slip of the table (a price per thousand or million in the wrong column): the dearest real ones are a third of it.
MAX_PRICE_PER_TOKEN = Decimal("0.002")

THRESHOLD = re.compile(r"^(.*)_above_(\d+)(k?)_tokens$")


def number(text):
    """The digits of a price without exponent: `1.5e-07` -> `0.00000015`."""
    value = Decimal(text)
    if value < 0:
        raise ValueError(f"negative price {text}")
    # Twelve significant digits: what is beyond them is noise of whoever computed the table with floats.
    value = +value.normalize(Context(prec=12))
    return format(value, "f")


def convert(row):
    """A row of ours, or None when tokens alone cannot price a call of this model."""
    if any(Decimal(str(row.get(key) or 0)) > 0 for key in OTHER_CHARGES[:-1]) or OTHER_CHARGES[-1] in row:
        return None
    output_image = row.get("output_cost_per_image_token")
    if output_image is not None and output_image != row.get("output_cost_per_token"):
        return None  # its output tokens have two prices, and a span does not tell them apart
    prices, tiers = {}, {}
    for key, value in row.items():
        if value is None:
            continue
        if key in PRICES:
            prices[PRICES[key]] = number(value)
        elif (found := THRESHOLD.match(key)) and found[1] in PRICES:
            threshold = int(found[2]) * (1000 if found[3] else 1)
            tiers.setdefault(threshold, {})[PRICES[found[1]]] = number(value)
    if "input" not in prices or not any(Decimal(price) for price in prices.values()):
        return None  # the table writes zero both for "free" and for "not known"
    if any(Decimal(price) > MAX_PRICE_PER_TOKEN for price in prices.values()):
        return None
    if row.get("mode") in GENERATIVE_MODES and not Decimal(prices.get("output", "0")):
        return None  # a surcharge on top of another model's price, such as a router's
    if prices.get("output_reasoning") == prices.get("output"):
        prices.pop("output_reasoning", None)
    search = (row.get("search_context_cost_per_query") or {}).get("search_context_size_medium")
    if search is not None:
        prices["web_search"] = number(search)
    if tiers:
        prices["above"] = [{"tokens": threshold, **tiers[threshold]} for threshold in sorted(tiers)]
    return prices


def provider_of(name):
    name = "vertex_ai" if (name or "").startswith("vertex_ai-") else (name or "").removesuffix("-embedding-models")
    return PROVIDERS.get(name), list(PROVIDERS).index(name) if name in PROVIDERS else -1


def rows_of(wheel_path):
    """Our rows of one package: provider -> model -> prices."""
    with zipfile.ZipFile(wheel_path) as wheel:
        table = json.loads(wheel.read(TABLE), parse_float=str, parse_int=str)
    chosen = {}
    for key, row in table.items():
        provider, order = provider_of(row.get("litellm_provider"))
        if provider is None or row.get("mode") not in MODES or (prices := convert(row)) is None:
            continue
        head, _, tail = key.partition("/")
        prefixed = provider_of(head)[0] == provider and tail != ""
        model = (tail if prefixed else key).lower()
        rank = (order, not prefixed)
        known = chosen.setdefault(provider, {}).get(model)
        if known is None or rank < known[0]:
            chosen[provider][model] = (rank, prices)
    return {provider: {model: prices for model, (_, prices) in models.items()} for provider, models in chosen.items()}


def version_of(wheel_path):
    return wheel_path.name.split("-")[1]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("wheels", type=pathlib.Path, nargs="+")
    arguments.add_argument("--date", required=True, help="the day the packages were downloaded, YYYY-MM-DD")
    options = arguments.parse_args()
    newest, *older = sorted(options.wheels, key=lambda path: [int(part) for part in version_of(path).split(".")], reverse=True)
    chosen = rows_of(newest)
    for wheel in older:
        for provider, models in rows_of(wheel).items():
            known = chosen.setdefault(provider, {})
            for model, prices in models.items():
                known.setdefault(model, {"as_of": f"litellm-{version_of(wheel)}", **prices})
    lines = [
        json.dumps(provider) + ": {\n" + ",\n".join(f"{json.dumps(model)}: {json.dumps(prices)}" for model, prices in sorted(models.items())) + "\n}"
        for provider, models in sorted(chosen.items())
    ]
    head = {
        "source": f"price tables of the PyPI package litellm ({TABLE})",
        "license": "MIT, Copyright (c) 2023 Berri AI",
        "package_versions": " ".join(map(version_of, [newest, *older])),
        "date": options.date,
        "version": f"litellm-{version_of(newest)}",
        "unit": "US dollars per token (web_search: per search)",
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(head, indent=0)[:-2] + ',\n"providers": {\n' + ",\n".join(lines) + "\n}}\n")
    print(f"{sum(map(len, chosen.values()))} models of {len(chosen)} providers in {OUTPUT}")


if __name__ == "__main__":
    main()
