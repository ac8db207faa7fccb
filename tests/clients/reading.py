"""What tests of clients read of the spans they find, in few words."""

# What the fake provider counts (see crates/testkit/src/fake_llm): (uncached, cache read; 5 min, 1 h, unknown lifetime; text, reasoning).
OPENAI = (36, 64, None, None, None, 12, 8)
ANTHROPIC = (30, 1000, 40, 10, None, 25, None)
# 36 x 0.15 + 64 x 0.075 + 20 x 0.60 USD a million.
GPT_4O_MINI_USD = "0.0000222"
# 30 x 3 + 1000 x 0.3 + 40 x 3.75 + 10 x 6 + 25 x 15 USD a million, and one web search for a cent.
CLAUDE_SONNET_4_5_USD = "0.010975"
ANSWER = "Hello, the weather in Paris is sunny."
CALL = {"type": "tool_call", "id": "call_abc123", "name": "get_weather", "arguments": {"city": "Paris"}}


def spans_of(telltale, service):
    """Every span of a service with its payload, by start."""
    items = telltale.get("/api/v1/spans", filter=f'service:"{service}"', limit=200)["items"]
    spans = [telltale.get(f"/api/v1/spans/{item['trace_id']}/{item['span_id']}") for item in items]
    return sorted(spans, key=lambda span: (span["start_time"], span["span_id"]))


def named(spans, name):
    return [span for span in spans if span["name"] == name]


def only(spans, name):
    (one,) = named(spans, name)
    return one


def buckets(span):
    names = ["input_uncached", "cache_read", "cache_write_5m", "cache_write_1h", "cache_write_unknown", "output_text", "output_reasoning"]
    # Some clients write a zero where others write nothing.
    return tuple(span["usage"][name] or None for name in names)


def said(messages):
    """(role, what was said) of each message."""
    return [(message["role"], "".join(part.get("text", "") for part in message["parts"])) for message in messages or []]


def parts(messages):
    return [part for message in messages or [] for part in message["parts"]]


def model_calls(spans):
    """Spans that are counted and priced."""
    return [span for span in spans if span["kind"] in ("llm", "embedding", "reranker") and span["billed"]]
