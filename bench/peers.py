#!/usr/bin/env python3
"""Replays one corpus into Telltale, Arize Phoenix and MLflow, each in its default embedded configuration, and compares them.

usage: peers.py --binary FILE [--spans N] [--venv DIR] [--samples N] [--products a,b] [--results DIR]
Installs the peers from requirements.txt (locked with hashes) into --venv the first time. Everything runs on loopback, one product after
the other, and is stopped and removed at the end. Prints a table; --results also writes DATE-peers.md and DATE-peers.json.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "tools"))

import products  # noqa: E402  (beside this script, not installed)

PRODUCTS = {"telltale": products.Telltale, "phoenix": products.Phoenix, "mlflow": products.MLflow}
# Common enough to be in most prompts.
COMMON_WORDS = ["question", "invoice", "refund", "delivery", "policy", "account", "customer", "payment", "answer", "order"]
WARM_UPS = 2
WARM_UP_SPANS = 80
VISIBLE_SECONDS = 1200
IDLE_SECONDS = 5

ROWS = [
    ("ready_s", "ready after start, s"),
    ("idle_mb", "memory, idle, MB"),
    ("accepted_per_s", "accepted, spans/s"),
    ("ack_ms", "acknowledgement p50 / p95 / p99, ms"),
    ("refusals", "answers that asked to come again"),
    ("visible_per_s", "counted by a query, spans/s"),
    ("lost", "acknowledged, not counted in the end"),
    ("settled_s", "background work after that, s"),
    ("peak_mb", "memory, peak, MB"),
    ("disk_ratio", "bytes on disk per OTLP byte"),
    ("list", "newest 50"),
    ("list_filtered", "newest 50 of a model"),
    ("trace", "trace by id"),
    ("dashboard", "dashboard, 24 h"),
    ("by_model", "p95 by model"),
    ("rare_word", "newest 50 with a rare word in the prompt"),
    ("common_word", "newest 50 with a common word in the prompt"),
]
QUERIES = ["list", "list_filtered", "trace", "dashboard", "by_model", "rare_word", "common_word"]


def install(venv):
    stamp = venv / "installed"
    requirements = HERE / "requirements.txt"
    if stamp.exists() and stamp.read_text() == requirements.read_text():
        return
    print(f"peers: installing into {venv}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    subprocess.run([venv / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", requirements], check=True)
    stamp.write_text(requirements.read_text())


def write_corpus(binary, spans, folder, *more):
    command = [binary, "bench", "write", "--spans", str(spans), "--spread", "20h", "--out", folder, *more]
    summary = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    lines = [line.split() for line in (folder / "traces.txt").read_text().splitlines()]
    return summary, [{"id": trace, "spans": int(count), "word": word} for trace, count, _, word in lines]


def send(product, corpus, connections):
    command = [sys.executable, HERE / "tools/otlp_load.py", product.otlp_url(), corpus, "--conns", str(connections), "--timeout", "600"]
    for header in product.otlp_headers:
        command += ["--header", header]
    load = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert set(load["statuses"]) == {"200"}, f"{product.name}: {load}"
    return load


def wait_until_visible(product, spans):
    """Until all spans are counted, or their number has not grown for a minute."""
    deadline, last, grown = time.monotonic() + VISIBLE_SECONDS, -1, time.monotonic()
    while True:
        count = product.count()
        if count >= spans or time.monotonic() > deadline:
            return count
        if count > last:
            last, grown = count, time.monotonic()
        elif time.monotonic() - grown > 60:
            return count
        time.sleep(0.25)


def quantile(sorted_values, q):
    return sorted_values[max(0, -(-int(q * 100) * len(sorted_values) // 100) - 1)]


def measure_query(product, name, traces, samples):
    query = getattr(product, name)
    if query is None:
        return {"note": product.HOW[name]}
    choose = random.Random(name)
    times, found = [], []
    for number in range(WARM_UPS + samples):
        trace = choose.choice(traces)
        values = {"trace": [trace["id"]], "rare_word": [trace["word"]], "common_word": [COMMON_WORDS[number % len(COMMON_WORDS)]]}.get(name, [])
        started = time.perf_counter()
        rows = query(*values)
        elapsed = (time.perf_counter() - started) * 1000
        if name == "trace":
            assert rows == trace["spans"], f"{product.name}: trace {trace['id']} has {rows} spans, not {trace['spans']}"
        if number >= WARM_UPS:
            times.append(elapsed)
            found.append(rows)
    times.sort()
    return {"p50_ms": round(quantile(times, 0.5), 1), "p95_ms": round(quantile(times, 0.95), 1), "max_ms": round(times[-1], 1), "samples": samples, "found": [min(found), max(found)]}


def measure(kind, binary_folder, corpora, summary, traces, options, work):
    folder = work / kind.name.lower()
    folder.mkdir()
    with open(work / f"{kind.name.lower()}.log", "w") as log:
        product = kind(binary_folder, folder, log)
        try:
            figures = {"version": kind.version(binary_folder), "ready_s": round(product.ready_seconds, 2)}
            time.sleep(IDLE_SECONDS)
            figures["idle_mb"] = round(product.tree.memory_mb())
            # Every process of a product loads code with its first requests.
            send(product, corpora["warm-up"], options.connections)
            before = wait_until_visible(product, WARM_UP_SPANS)
            started = time.monotonic()
            load = send(product, corpora["measured"], options.connections)
            counted = wait_until_visible(product, before + summary["spans"]) - before
            visible = time.monotonic() - started
            figures |= {
                "accepted_per_s": load["spans_per_s"],
                "ack_ms": load["ack_ms"],
                "refusals": load["refusals"],
                "visible_per_s": round(counted / visible),
                "lost": summary["spans"] - counted,
            }
            started = time.monotonic()
            product.settle()
            figures["settled_s"] = round(time.monotonic() - started)
            figures["disk_bytes"] = product.disk_bytes()
            figures["disk_ratio"] = round(figures["disk_bytes"] / summary["otlp_bytes"], 3)
            for name in QUERIES:
                print(f"peers: {kind.name}: {name}", file=sys.stderr)
                try:
                    figures[name] = measure_query(product, name, traces, options.samples)
                except (RuntimeError, OSError, AssertionError) as error:
                    traceback.print_exc()
                    figures[name] = {"note": f"failed: {error}"[:200]}
            figures["peak_mb"] = round(product.tree.peak_mb)
            return figures
        finally:
            product.stop()


def cell(value):
    if value is None:
        return "-"
    if not isinstance(value, dict):
        return f"{value:,}"
    if "note" in value:
        return value["note"]
    if "p50_ms" in value:
        return f"{value['p50_ms']:,} / {value['p95_ms']:,}"
    return f"{value['p50']:,} / {value['p95']:,} / {value['p99']:,}"


def machine():
    cpu = next((line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {cpu}, {memory:.0f} GiB, Linux {platform.release()}, Python {platform.python_version()}"


def markdown(document):
    names = list(document["products"])
    lines = [
        f"# Telltale and its peers, {document['date']}",
        "",
        f"Machine: {document['machine']}; the driver runs on it too. Telltale's profile: `{document['profile']}`. One run.",
        f"Command: `{document['command']}`",
        f"Corpus: {document['spans']:,} spans, {document['otlp_bytes'] / 1e6:,.0f} MB of OTLP (`telltale bench write`), {document['connections']} connections, as fast as they are answered.",
        "",
        "| | " + " | ".join(f"{name} {document['products'][name]['version']}" for name in names) + " |",
        "|---|" + "---|" * len(names),
    ]
    for key, what in ROWS:
        title = f"{what}, p50 / p95 ms" if key in QUERIES else what
        lines.append(f"| {title} | " + " | ".join(cell(document["products"][name].get(key)) for name in names) + " |")
    lines += [
        "",
        "Each product runs alone, in the configuration it has out of the box (Phoenix and MLflow: SQLite in a folder), with usage reports and look-ups on the internet switched off.",
        "Memory is the proportional set size of all its processes. Accepted counts from the first request to the last answer; counted, until a query of the product counts all spans. Some requests that do not count come first.",
        f"Queries run one at a time after that, on the settled store: {document['samples']} samples each, other values every time.",
        "",
        "## Which endpoint",
        "",
        "| | " + " | ".join(names) + " |",
        "|---|" + "---|" * len(names),
    ]
    how = {kind.name: kind.HOW for kind in PRODUCTS.values()}
    for key in ["send", "count", *QUERIES]:
        lines.append(f"| {key} | " + " | ".join(how[name][key].replace("|", "\\|") for name in names) + " |")
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=pathlib.Path, required=True)
    parser.add_argument("--spans", type=int, default=20_000)
    parser.add_argument("--venv", type=pathlib.Path, default=pathlib.Path.home() / ".cache/telltale/peers")
    parser.add_argument("--samples", type=int, default=10)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--products", default=",".join(PRODUCTS))
    parser.add_argument("--results", type=pathlib.Path)
    options = parser.parse_args()
    chosen = options.products.split(",")
    unknown = set(chosen) - set(PRODUCTS)
    if unknown:
        parser.error(f"--products: expected some of {', '.join(PRODUCTS)}, found {', '.join(sorted(unknown))}")
    binary = options.binary.resolve()
    if set(chosen) - {"telltale"}:
        install(options.venv)

    work = pathlib.Path(tempfile.mkdtemp(prefix="telltale-peers-"))
    try:
        corpora = {name: work / name for name in ("warm-up", "measured")}
        write_corpus(binary, WARM_UP_SPANS, corpora["warm-up"], "--batch", "5", "--seed", "1")
        summary, traces = write_corpus(binary, options.spans, corpora["measured"])
        figures = {}
        for name in chosen:
            kind = PRODUCTS[name]
            print(f"peers: {kind.name}", file=sys.stderr)
            folder = binary.parent if name == "telltale" else (options.venv / "bin").absolute()
            figures[kind.name] = measure(kind, folder, corpora, summary, traces, options, work)
    finally:
        shutil.rmtree(work, ignore_errors=True)

    document = {
        "bench": "peers", "date": datetime.date.today().isoformat(), "machine": machine(), "profile": binary.parent.name,
        "command": "bench/peers.py --binary …/telltale" + "".join(f" {word}" for word in [f"--spans {options.spans}", f"--samples {options.samples}"]),
        "spans": summary["spans"], "otlp_bytes": summary["otlp_bytes"], "connections": options.connections, "samples": options.samples, "products": figures,
    }
    text = markdown(document)
    print(text)
    if options.results:
        stem = options.results / f"{document['date']}-peers"
        stem.with_suffix(".md").write_text(text)
        stem.with_suffix(".json").write_text(json.dumps(document, indent=2) + "\n")


main()
