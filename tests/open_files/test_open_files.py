"""Other tools read the files of a running server and find what the server's own SQL says."""

import decimal
import json
import pathlib
import re
import time
import urllib.request

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from conftest import Telltale
from live_segments import live_segments, parquet_files, read_all

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs/storage-format.md"
CALLS = 3000
# A compaction that has not begun by then never will: it starts half a minute after a commit.
PATIENCE_S = 120


class Server(Telltale):
    def __init__(self, folder):
        super().__init__(folder)
        self.folder = folder

    def post(self, path, body):
        request = urllib.request.Request(self.url + path, data=json.dumps(body).encode(), headers={"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer, parse_float=decimal.Decimal)

    def sql(self, query):
        return [tuple(row) for row in self.post("/api/v1/sql", {"query": query})["rows"]]


def call(number):
    return {
        "provider": "openai",
        "model": "gpt-4o-mini" if number % 3 else "gpt-4o",
        "prompt": f"question {number}: Zürich \"東京\"\n" + "word " * 50,
        "response": f"answer {number}",
        "input_tokens": 100 + number % 7,
        "output_tokens": 20,
        "user_id": f"user-{number % 11}",
        "tags": ["a", "b"] if number % 2 else [],
        "metadata": {"number": number},
    }


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("open-files"))
    # A large commit, which becomes a file.
    assert server.post("/api/v1/ingest/llm/bulk", {"logs": [call(number) for number in range(CALLS)]})["accepted"] == CALLS
    assert server.post("/api/v1/ingest/app", [{"level": "ERROR", "message": f"failed {number}", "service": "shop"} for number in range(100)])["accepted"] == 100
    assert server.post("/api/v1/ingest/metrics", [{"name": "queue", "value": number / 4, "unit": "jobs"} for number in range(100)])["accepted"] == 100
    yield server
    server.stop()


@pytest.fixture(scope="module")
def compacted(server):
    until = time.monotonic() + PATIENCE_S
    while not all(parquet_files(server.folder, kind) for kind in ("span", "log", "metric")):
        assert time.monotonic() < until, "nothing was compacted"
        server.get("/api/v1/status")
        time.sleep(0.2)
    return server


BY_MODEL = """SELECT request_model, count(*) AS calls, sum(input_tokens) AS tokens, sum(cost_usd) AS cost, count(DISTINCT user_id) AS users,
              max(response_model) IS NULL AS unknown FROM spans GROUP BY request_model ORDER BY request_model"""


def test_level_0_is_an_arrow_stream_that_pyarrow_reads(server):
    assert [level for level, *_ in live_segments(server.folder, "span")], "there is a segment"
    table = read_all(server.folder, "span")
    assert len(table) == CALLS
    assert server.sql("SELECT count(*), sum(input_tokens) FROM spans") == [(CALLS, pc.sum(table["input_tokens"]).as_py())]


def test_duckdb_says_what_our_sql_says(compacted):
    spans = duckdb.read_parquet(parquet_files(compacted.folder, "span"), union_by_name=True)
    ours = compacted.sql(BY_MODEL)
    assert sum(row[1] for row in ours) == CALLS
    assert [tuple(row) for row in duckdb.sql(BY_MODEL).fetchall()] == [(*row[:3], decimal.Decimal(row[3]), *row[4:]) for row in ours]
    texts = "SELECT span_id, input, input_preview, tags, metadata FROM spans ORDER BY span_id LIMIT 50"
    theirs = [(span, json.loads(text), preview, tags, json.loads(metadata)) for span, text, preview, tags, metadata in duckdb.sql(texts).fetchall()]
    assert theirs == [(span, parsed(text), preview, tags or [], parsed(metadata)) for span, text, preview, tags, metadata in compacted.sql(texts)]
    assert any("Zürich \"東京\"" in preview for _, _, preview, _, _ in theirs)
    assert spans.columns[0] == "project_id"


def parsed(value):
    return json.loads(value) if isinstance(value, str) else value


def test_pyarrow_reads_logs_and_metrics(compacted):
    logs, metrics = read_all(compacted.folder, "log"), read_all(compacted.folder, "metric")
    assert sorted(logs["message"].to_pylist()) == sorted(row[0] for row in compacted.sql("SELECT message FROM logs"))
    assert [(len(metrics), pc.sum(metrics["value"]).as_py())] == [(count, float(total)) for count, total in compacted.sql("SELECT count(*), sum(value) FROM metrics")]
    assert logs.schema.field("timestamp").type == pa.timestamp("ns", tz="UTC")


def test_what_came_in_a_moment_ago_is_in_the_catalog(compacted):
    late = compacted.post("/api/v1/ingest/llm", call(CALLS))
    table = read_all(compacted.folder, "span")
    assert late["span_id"] in table["span_id"].to_pylist()
    assert [(len(table),)] == compacted.sql("SELECT count(*) FROM spans")


def test_the_document_names_every_column_and_the_recipe_runs(compacted):
    text = DOCUMENT.read_text()
    for kind in ("span", "log", "metric"):
        for name in read_all(compacted.folder, kind).column_names:
            assert f"`{name}`" in text, f"{kind}.{name} is not documented"
    recipe = next(block for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "live_spans" in block)
    names = {"FOLDER": str(compacted.folder)}
    exec(recipe.replace('"telltale-data"', "FOLDER"), names)
    assert [(len(names["spans"]),)] == compacted.sql("SELECT count(*) FROM spans")


def test_exported_parquet_opens_in_duckdb(compacted, tmp_path):
    file = tmp_path / "spans.parquet"
    with urllib.request.urlopen(f"{compacted.url}/api/v1/export?kind=spans&format=parquet", timeout=60) as answer:
        file.write_bytes(answer.read())
    spans = duckdb.read_parquet(str(file))
    assert "project_id" not in spans.columns and "commit_seq" not in spans.columns
    assert duckdb.sql("SELECT count(*), sum(total_tokens) FROM spans").fetchall() == compacted.sql("SELECT count(*), sum(total_tokens) FROM spans")
