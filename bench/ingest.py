#!/usr/bin/env python3
"""Replays an OTLP corpus into a fresh Telltale and checks that nothing is lost or doubled.

usage: ingest.py --corpus DIR --binary FILE [--conns N] [--data-dir DIR]
Prints a table and, last, one JSON line.
"""

import argparse
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
FOREVER = {"from": "2000-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z"}


class Server:
    def __init__(self, binary, data_dir):
        started = time.perf_counter()
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", "--otlp-http", "off", "--otlp-grpc", "off", "--log", "warn"], stdout=subprocess.PIPE, text=True
        )
        self.url = "http://" + json.loads(self.process.stdout.readline())["listen"]
        self.ready_seconds = time.perf_counter() - started

    def sql(self, query):
        request = urllib.request.Request(self.url + "/api/v1/sql", json.dumps({"query": query}).encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["rows"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=120) as answer:
            return json.load(answer)

    def count(self):
        return self.sql("SELECT count(*) FROM spans")[0][0]

    def memory_mb(self):
        fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        return {name: int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM")}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0


def disk_bytes(folder):
    return sum(os.path.getsize(os.path.join(root, name)) for root, _, names in os.walk(folder) for name in names)


def wait_for_compaction(server, limit_seconds=600):
    """Until no level-0 segment is left; compaction starts by itself."""
    deadline = time.monotonic() + limit_seconds
    while (debt := server.get("/api/v1/status")["store"]["level0_segments"]) > 0:
        assert time.monotonic() < deadline, f"{debt} level-0 segments are left"
        time.sleep(1)


def wait_for_clean_up(data_dir, limit_seconds=300):
    """Until the files of compacted level-0 segments are deleted: they stay a minute, for readers that still hold them."""
    deadline = time.monotonic() + limit_seconds
    while any(files for _, _, files in os.walk(os.path.join(data_dir, "segments", "l0"))):
        assert time.monotonic() < deadline, "level-0 files are left"
        time.sleep(1)


def median_ms(action, runs=15):
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        action()
        times.append((time.perf_counter() - started) * 1000)
    return sorted(times)[runs // 2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--conns", default="2")
    parser.add_argument("--data-dir")
    options = parser.parse_args()
    data_dir = options.data_dir or tempfile.mkdtemp(prefix="telltale-bench-")
    traces = [line.split() for line in pathlib.Path(options.corpus, "traces.txt").read_text().splitlines()]
    spans = sum(int(trace[1]) for trace in traces)
    otlp_bytes = sum(file.stat().st_size for file in pathlib.Path(options.corpus).glob("*.bin"))

    server = Server(options.binary, data_dir)
    rows = {"ready, empty (s)": round(server.ready_seconds, 3), "RSS idle (MB)": round(server.memory_mb()["VmRSS"])}
    load = subprocess.run(
        [sys.executable, HERE / "tools/otlp_load.py", server.url + "/v1/traces", options.corpus, "--conns", options.conns], capture_output=True, text=True, check=True
    )
    load = json.loads(load.stdout)
    assert load["statuses"] == {"200": load["requests"]}, load
    memory = server.memory_mb()
    assert server.count() == spans, (server.count(), spans)
    rows |= {
        "spans": spans,
        "spans/s acknowledged": load["spans_per_s"],
        "ack p50/p95/p99 (ms)": "/".join(str(load["ack_ms"][quantile]) for quantile in ("p50", "p95", "p99")),
        "RSS after load (MB)": round(memory["VmRSS"]),
        "RSS peak (MB)": round(memory["VmHWM"]),
    }
    started = time.monotonic()
    wait_for_compaction(server)
    rows["compacted after (s)"] = round(time.monotonic() - started)
    assert server.count() == spans, "rows changed in compaction"
    rows |= {"RSS after compaction (MB)": round(server.memory_mb()["VmRSS"]), "RSS peak with compaction (MB)": round(server.memory_mb()["VmHWM"])}
    # A different question each time: the same one would be answered from the cache.
    question = itertools.count(1)
    window = f"from={FOREVER['from']}&to={FOREVER['to']}"
    rows |= {
        "latest 50 with filters (ms)": round(median_ms(lambda: server.get("/api/v1/spans?limit=50&filter=kind:llm%20model:gpt-4o%20-status:error")), 1),
        "dashboard 24 h (ms)": round(median_ms(lambda: server.get(f"/api/v1/analytics/dashboard?filter=duration%3E%3D0.{next(question):06}")), 1),
        "trace by id (ms)": round(median_ms(lambda: server.get(f"/api/v1/traces/{traces[len(traces) // 2][0]}")), 1),
        "model with p95, SQL (ms)": round(median_ms(lambda: server.sql("SELECT request_model, count(*), approx_percentile_cont(duration_ms, 0.95) FROM spans GROUP BY 1")), 1),
        "word in prompts, list (ms)": round(median_ms(lambda: server.get(f"/api/v1/spans?limit=50&{window}&filter=subprocess"), 5), 1),
    }
    wait_for_clean_up(data_dir)
    rows["RSS at rest (MB)"] = round(server.memory_mb()["VmRSS"])
    server.stop()
    stored = disk_bytes(data_dir)
    rows |= {"disk / OTLP bytes": round(stored / otlp_bytes, 4), "disk (MB)": round(stored / 1e6), "OTLP (MB)": round(otlp_bytes / 1e6)}
    server = Server(options.binary, data_dir)
    assert server.count() == spans, "rows changed in the restart"
    rows["ready, full (s)"] = round(server.ready_seconds, 3)
    server.stop()
    if not options.data_dir:
        shutil.rmtree(data_dir)
    for name, value in rows.items():
        print(f"| {name} | {value} |")
    print(json.dumps(rows))


main()
