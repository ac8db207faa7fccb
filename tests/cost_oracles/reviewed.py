"""Why an oracle and we differ: every difference must be one of these, and each of these must be seen. `docs/cost.md` has the same list.

A reason tells which cases it explains from the case, the oracle's table and the two answers, as narrowly as these allow.
"""

import json
import pathlib
from dataclasses import dataclass
from typing import Callable

HERE = pathlib.Path(__file__).parent

# genai-prices' models whose price there is another than in LiteLLM's table: by reason, then by provider.
OTHER_PRICES = json.loads((HERE / "other_prices.json").read_text())

INPUT = ("input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "input_audio", "input_image")
FIELDS = {
    "cache_read": "cache_read_input_token_cost",
    "cache_write_5m": "cache_creation_input_token_cost",
    "cache_write_1h": "cache_creation_input_token_cost_above_1hr",
    "input_audio": "input_cost_per_audio_token",
    "input_image": "input_cost_per_image_token",
    "output_text": "output_cost_per_token",
    "output_audio": "output_cost_per_audio_token",
}
SUFFIXES = {"batch": "_batches", "flex": "_flex"}
NAMES_OF_TWO_ROWS = ("bedrock_mantle", "codestral", "text-completion-codestral")


@dataclass
class Difference:
    case: dict
    table: dict
    ours: str | None
    theirs: str | None
    notes: list[str]

    @property
    def row(self):
        return self.table.get(self.case["key"], {})

    @property
    def has_twin(self):
        """Another row of LiteLLM's table has this name at this provider of ours."""
        own = self.case["provider"] + "/"
        key = self.case["key"]
        return self.case["provider"] in NAMES_OF_TWO_ROWS or own + key in self.table or (key.startswith(own * 2) and key.removeprefix(own) in self.table)

    def is_of(self, oracle, provider=None):
        return self.case["oracle"] == oracle and provider in (None, self.case["provider"])

    @property
    def differs(self):
        return self.ours is not None and self.theirs is not None

    def uses(self, bucket):
        return self.case["usage"].get(bucket, 0) > 0

    @property
    def uses_caches(self):
        return any(map(self.uses, ("cache_read", "cache_write_5m", "cache_write_1h")))

    @property
    def lacks_a_tier_price(self):
        """A bucket of the call has a standard price in the table and none of the tier."""
        suffix = SUFFIXES.get(self.case["tier"])
        return suffix and any(self.uses(b) and name in self.row and name + suffix not in self.row for b, name in FIELDS.items())

    def has_other(self, reason):
        return self.is_of("genai") and self.differs and self.case["key"] in OTHER_PRICES[reason].get(self.case["provider"], [])

    @property
    def has_factor(self):
        return self.case.get("geo") == "us" or self.case.get("speed") == "fast"

    @property
    def input_tokens(self):
        return sum(self.case["usage"].get(bucket, 0) for bucket in INPUT)

    @property
    def is_long(self):
        """The input is above a threshold of the row."""
        marks = [name.split("_above_")[-1].split("k_tokens")[0] for name in self.row if "_above_" in name and "k_tokens" in name]
        return any(self.input_tokens > int(mark) * 1000 for mark in marks if mark.isdigit())


@dataclass
class Reason:
    name: str
    explains: Callable[[Difference], bool]


REASONS = [
    Reason("not_published", lambda d: d.notes == ["price_not_published"]),
    Reason("surcharge", lambda d: d.notes == ["price_is_a_surcharge"]),
    Reason("implausible_price", lambda d: d.notes == ["price_implausible"]),
    Reason("image_output", lambda d: d.notes == ["output_image_tokens_unknown"]),
    Reason("other_units", lambda d: d.notes == ["not_billed_by_tokens"]),
    Reason("two_rows", lambda d: d.is_of("litellm") and d.differs and d.has_twin),
    Reason("request_fee", lambda d: d.is_of("litellm", "perplexity") and d.differs and "input_cost_per_request" in d.row),
    Reason("perplexity_flat", lambda d: d.is_of("litellm", "perplexity") and d.differs and (d.uses_caches or d.is_long)),
    Reason("fireworks_tiers", lambda d: d.is_of("litellm", "fireworks_ai") and d.differs and d.case["tier"] not in (None, "default")),
    Reason(
        "fireworks_embeddings",
        lambda d: d.is_of("litellm", "fireworks_ai-embedding-models") and d.differs and d.uses("cache_read"),
    ),
    Reason("batch_factors", lambda d: d.is_of("litellm") and d.differs and d.case["tier"] == "batch" and d.has_factor),
    Reason("discount_of_long_contexts", lambda d: d.is_of("litellm") and d.differs and d.case["tier"] in SUFFIXES and d.is_long),
    Reason("discount_not_told", lambda d: d.is_of("litellm") and d.differs and d.case["tier"] in SUFFIXES and d.lacks_a_tier_price),
    Reason("genai_has_no_price", lambda d: d.is_of("genai") and d.theirs is None and d.ours is not None),
    Reason("not_in_our_table", lambda d: d.is_of("genai") and d.notes == ["unpriced_model"]),
    Reason("genai_request_fee", lambda d: d.has_other("genai_request_fee")),
    Reason("genai_list_prices", lambda d: d.has_other("genai_list_prices")),
    Reason("genai_long_contexts", lambda d: d.has_other("genai_long_contexts") and d.input_tokens > 100_000),
    Reason("genai_cache_prices", lambda d: d.has_other("genai_cache_prices") and d.uses_caches),
    Reason("genai_batch_prices", lambda d: d.has_other("genai_batch_prices") and d.case["tier"] == "batch"),
]


def reason_of(difference):
    return next((reason.name for reason in REASONS if reason.explains(difference)), None)
