"""What the tests of coding agents share: a server for each run, so that what it holds is what one run sent."""

import os
import subprocess

# A line that the fake provider obeys (see crates/testkit/src/fake_llm).
PROMPT = "Say hello from a shell.\nuse {tool} {arguments}"


def run(command, home, timeout=120, **settings):
    """Runs an agent with a home of its own. Answers the finished process."""
    work = home / "work"
    work.mkdir(parents=True, exist_ok=True)
    clean = {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"}
    command = [str(part) for part in command]
    return subprocess.run(command, env=clean | settings, cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout)


class Sent:
    """What one run of an agent left on a server of its own."""

    def __init__(self, folder, agent, telltale, **options):
        self.server = telltale(folder / "data")
        try:
            self.done = agent(self.server.url, folder / "home", **options)
            self.spans = self._all("spans")
            self.logs = self.server.get("/api/v1/logs", limit=1000)["items"]
            self.dashboard = self.server.get("/api/v1/analytics/dashboard")
            self.metrics = self.server.get("/api/v1/metrics/names")
            self.sessions = self.server.get("/api/v1/sessions")["items"]
        finally:
            self.server.stop()

    def _all(self, kind):
        items = self.server.get(f"/api/v1/{kind}", limit=1000)["items"]
        spans = [self.server.get(f"/api/v1/spans/{item['trace_id']}/{item['span_id']}") for item in items if "codex-internal" not in item["tags"]]
        return sorted(spans, key=lambda span: (span["start_time"], span["span_id"]))

    def of_kind(self, kind):
        return [span for span in self.spans if span["kind"] == kind]
