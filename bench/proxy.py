#!/usr/bin/env python3
"""How much later the first byte of an answer comes through the logging proxy than directly from the provider.

usage: proxy.py --binary FILE [--fake FILE] [--calls N] [--parallel N] [--json FILE]
Starts a server and the fake provider on free loopback ports, and alternates direct and proxied calls on connections that are kept open, so that
whatever else the machine does hits both alike. Prints a table: the overhead is the difference of the medians.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import socket
import statistics
import subprocess
import tempfile
import threading
import time

WARM_UPS = 200
QUESTION = "What is the weather in Paris? " * 40
CASES = {
    "chat, streamed": ("/v1/chat/completions", {"model": "gpt-4o-mini", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}),
    "chat, whole": ("/v1/chat/completions", {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": QUESTION}]}),
}


class Process:
    def __init__(self, *command, **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TELLTALE_")} | settings
        # Every request is a line in the log: that is part of what is measured.
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True)
        self.ready = json.loads(self.process.stdout.readline())
        host, port = self.ready["listen"].rsplit(":", 1)
        self.address = (host, int(port))

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class Connection:
    """A connection that is kept open. Reads answers as far as they must be read to send the next request."""

    def __init__(self, address, prefix):
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.prefix, self.host = prefix, f"{address[0]}:{address[1]}"

    def call(self, path, body):
        """Milliseconds until the first byte of the answer's body, and until its last."""
        head = f"POST {self.prefix}{path} HTTP/1.1\r\nhost: {self.host}\r\nauthorization: Bearer sk-bench\r\ncontent-type: application/json\r\n"
        request = f"{head}content-length: {len(body)}\r\n\r\n".encode() + body
        started = time.perf_counter()
        self.socket.sendall(request)
        received, first = b"", None
        while True:
            piece = self.socket.recv(65536)
            assert piece, "the connection was closed"
            received += piece
            head_end = received.find(b"\r\n\r\n")
            if head_end < 0 or len(received) == head_end + 4:
                continue
            first = first or time.perf_counter()
            if is_whole(received[:head_end], received[head_end + 4 :]):
                break
        assert received.startswith(b"HTTP/1.1 200"), received[:200]
        return (first - started) * 1e3, (time.perf_counter() - started) * 1e3


def is_whole(head, body):
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(body) >= int(value)
    return body.endswith(b"0\r\n\r\n")


def measure(direct, proxied, path, body, calls):
    times = {"direct": [], "proxied": []}
    connections = {"direct": Connection(direct, ""), "proxied": Connection(proxied, "/proxy/openai")}
    for number in range(calls + WARM_UPS):
        # Neither is always the first.
        for name in sorted(connections, reverse=number % 2 == 1):
            first, _ = connections[name].call(path, body)
            if number >= WARM_UPS:
                times[name].append(first)
    return times


def in_parallel(direct, proxied, path, body, calls, parallel):
    collected = {"direct": [], "proxied": []}

    def work():
        for name, times in measure(direct, proxied, path, body, calls // parallel).items():
            collected[name].extend(times)

    threads = [threading.Thread(target=work) for _ in range(parallel)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return collected


def quantile(times, share):
    return sorted(times)[min(int(len(times) * share), len(times) - 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--fake", type=pathlib.Path, help="the fake provider; default: fake-llm beside the binary")
    parser.add_argument("--calls", type=int, default=3000)
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    beside = options.binary.parent.parent if options.binary.parent.name == "examples" else options.binary.parent
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        provider = Process(options.fake or beside / "fake-llm", "--port", "0")
        upstream = f"openai=http://{provider.ready['listen']}"
        serve = [options.binary, "serve", "--data-dir", folder, "--listen", "127.0.0.1:0", "--otlp-http", "off", "--otlp-grpc", "off"]
        server = Process(*serve, TELLTALE_PROXY_UPSTREAMS=upstream)
        try:
            for name, (path, request) in CASES.items():
                body = json.dumps(request).encode()
                times = in_parallel(provider.address, server.address, path, body, options.calls, options.parallel)
                row = {"case": name, "calls": len(times["proxied"])}
                for way, found in times.items():
                    row |= {f"{way}_p50_ms": statistics.median(found), f"{way}_p95_ms": quantile(found, 0.95)}
                rows.append(row | {"overhead_p50_ms": row["proxied_p50_ms"] - row["direct_p50_ms"]})
        finally:
            server.stop()
            provider.process.kill()
            provider.process.wait()
    print("| first byte of the answer | direct p50 / p95, ms | proxied p50 / p95, ms | overhead p50, ms |\n|---|---|---|---|")
    for row in rows:
        ways = [f"{row[f'{way}_p50_ms']:.3f} / {row[f'{way}_p95_ms']:.3f}" for way in ("direct", "proxied")]
        print(f"| {row['case']} | {ways[0]} | {ways[1]} | {row['overhead_p50_ms']:.3f} |")
    if options.json:
        about = {"date": datetime.date.today().isoformat(), "machine": platform.platform(), "cpus": os.cpu_count(), "binary": str(options.binary)}
        options.json.write_text(json.dumps(about | {"calls": options.calls, "parallel": options.parallel, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
