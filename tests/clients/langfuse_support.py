"""What the tests of Langfuse's SDKs share: where to send, what the fake provider costs, and the spans of a trace."""

# The fake provider: 100 tokens in (64 of them cached), 20 out (8 of them reasoning). gpt-4o-mini costs 0.15, 0.075 and 0.60 USD a million.
OPENAI_USAGE = {
    "input_tokens": 100,
    "output_tokens": 20,
    "total_tokens": 120,
    "split": "exact",
    "input_uncached": 36,
    "cache_read": 64,
    "output_text": 12,
    "output_reasoning": 8,
}
OPENAI_USD = "0.0000222"
# 30 tokens, 1000 read from and 50 written to the cache, 25 out, of claude-sonnet-4-5: 3, 0.30, 3.75 and 15 USD a million.
CLAUDE_USAGE = {"input_tokens": 1080, "output_tokens": 25, "input_uncached": 30, "cache_read": 1000, "cache_write_unknown": 50, "output_text": 25}
CLAUDE_USD = "0.0009525"


def settings(telltale, provider_url):
    return {
        "LANGFUSE_BASE_URL": telltale.url,
        "LANGFUSE_HOST": telltale.url,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-not-a-real-key",
        "LANGFUSE_SECRET_KEY": "sk-lf-not-a-real-key",
        "LANGFUSE_TRACING_ENVIRONMENT": "staging",
        "LANGFUSE_RELEASE": "v1.2.3",
        "OPENAI_BASE_URL": provider_url + "/v1",
        "OPENAI_API_KEY": "sk-not-a-real-key",
    }


class Trace:
    """A trace with its spans in full."""

    def __init__(self, telltale, trace_id):
        self.summary = telltale.get(f"/api/v1/traces/{trace_id}")
        paths = [f"/api/v1/spans/{span['trace_id']}/{span['span_id']}" for span in self.summary["spans"]]
        self.spans = [telltale.get(path) for path in paths]

    def named(self, name):
        return next(span for span in self.spans if span["name"] == name)

    def asked(self, words):
        """The call whose last question has these words."""
        return next(span for span in self.spans if span["kind"] in ("llm", "embedding") and words in texts(span["input"] or []))


def texts(messages):
    return "\n".join(part["text"] for message in messages for part in message["parts"] if part["type"] == "text")


def parts(messages, kind):
    return [part for message in messages for part in message["parts"] if part["type"] == kind]


def counts(span, of):
    return {name: span["usage"][name] for name in of}


def check_openai(span):
    """A call of the fake provider: every token and every cent."""
    assert counts(span, OPENAI_USAGE) == OPENAI_USAGE
    assert (span["cost"]["total_usd"], span["cost"]["source"], span["billed"]) == (OPENAI_USD, "computed", True)


def scores(telltale, **about):
    """By name: value and label."""
    items = telltale.get("/api/v1/scores", limit=1000, **about)["items"]
    return {score["name"]: (score["value"], score["label"]) for score in items if score["kind"] == "score"}
