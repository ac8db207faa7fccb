"""What the tests of calls through the logging proxy share."""

import json
import time

# Calls are recorded beside the call: the last span may come a moment after the answer.
PATIENCE_SECONDS = 20
PAUSE_SECONDS = 0.05


class Calls:
    """The calls of one program, made directly and through the proxy, and the spans that the proxy recorded."""

    def __init__(self, client, script, telltale, provider_url, upstream, path=""):
        self.direct = json.loads(client.run(script, f"{provider_url}{path}", "none").stdout)
        session = f"{upstream}-session"
        self.proxied = json.loads(client.run(script, f"{telltale.url}/proxy/{upstream}{path}", session).stdout)
        self.telltale, self.session = telltale, session

    def spans(self, count):
        """Every span of the session with its payload, oldest first."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            items = self.telltale.get("/api/v1/spans", limit=200, filter=f"session:{self.session}")["items"]
            if len(items) >= count or time.monotonic() > deadline:
                break
            time.sleep(PAUSE_SECONDS)
        assert len(items) == count, [(item["name"], item["status"]) for item in items]
        items.sort(key=lambda item: item["start_time"])
        return [self.telltale.get(f"/api/v1/spans/{item['trace_id']}/{item['span_id']}") for item in items]


def text_of(span, side="output"):
    return "".join(part["text"] for message in span[side] or [] for part in message["parts"] if part["type"] == "text")


def parts(span, kind):
    return [part for message in span["output"] for part in message["parts"] if part["type"] == kind]
