"""The products under comparison, each in its default embedded configuration on loopback, behind one interface.

Every query returns how many rows it found, so that a fast wrong answer shows. `HOW` says which endpoint each figure comes from.
"""

import concurrent.futures
import datetime
import http.client
import itertools
import json
import os
import subprocess
import time
import urllib.parse

from process_tree import ProcessTree, disk_bytes, free_port

START_SECONDS = 300
QUERY_SECONDS = 300


class Product:
    """`binary_folder` holds the product's program; `folder` is where it runs and keeps its data."""

    name = ""
    HOW = {}
    otlp_headers = ()
    has_ready_line = False

    def __init__(self, binary_folder, folder, log):
        self.binary_folder = binary_folder
        self.folder = folder
        self.port = free_port()
        # A different question each time: nothing is answered because it was asked before.
        self.turn = itertools.count(1)
        started = time.perf_counter()
        self.tree = ProcessTree(self.command(), folder, self.environment(), log, has_ready_line=self.has_ready_line)
        self.wait_until_ready()
        self.ready_seconds = time.perf_counter() - started

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.call("GET", self.health_path)
                return
            except OSError:
                assert self.tree.process.poll() is None, f"{self.name} ended before it was ready"
                assert time.monotonic() < deadline, f"{self.name} was not ready in {START_SECONDS} s"
                time.sleep(0.1)

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=QUERY_SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {} if body is None else {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise RuntimeError(f"{self.name}: {method} {path} was answered with {answer.status}: {text[:500]!r}")
        return json.loads(text) if text[:1] in (b"{", b"[") else text

    def together(self, calls):
        """Sends several requests at once, as a page in a browser does."""
        with concurrent.futures.ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(lambda call: self.call(*call), calls))

    def otlp_url(self):
        return f"http://127.0.0.1:{self.port}/v1/traces"

    def settle(self):
        """Waits for background work that makes the data smaller or faster to read."""

    def disk_bytes(self):
        return disk_bytes(self.folder)

    def stop(self):
        self.tree.stop()

    def hours_back(self, hours=24):
        """A range that ends now, a second earlier each time."""
        end = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=next(self.turn))
        return end - datetime.timedelta(hours=hours), end


class Telltale(Product):
    name = "Telltale"
    has_ready_line = True
    HOW = {
        "send": "POST /v1/traces",
        "count": "SQL: SELECT count(*) FROM spans",
        "list": "GET /api/v1/spans?limit=50",
        "list_filtered": "GET /api/v1/spans?limit=50&filter=model:gpt-4o",
        "trace": "GET /api/v1/traces/ID, with spans",
        "dashboard": "the five requests of the overview page at once: totals with the period before, series, series by model, providers, newest calls",
        "by_model": "SQL: count and p95 of duration by model over all spans",
        "rare_word": "GET /api/v1/spans?limit=50&filter=WORD",
        "common_word": "GET /api/v1/spans?limit=50&filter=WORD",
    }

    def command(self):
        return [self.binary_folder / "telltale", "serve", "--data-dir", "data", "--listen", f"127.0.0.1:{self.port}", "--otlp-http", "off", "--otlp-grpc", "off", "--log", "warn"]

    def wait_until_ready(self):
        assert json.loads(self.tree.process.stdout.readline())["event"] == "ready"

    @staticmethod
    def version(binary_folder):
        return subprocess.run([binary_folder / "telltale", "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]

    def get(self, path, **query):
        return self.call("GET", f"{path}?{urllib.parse.urlencode(query)}")

    def sql(self, query):
        return self.call("POST", "/api/v1/sql", {"query": query})["rows"]

    def count(self):
        return self.sql("SELECT count(*) FROM spans")[0][0]

    def settle(self):
        deadline = time.monotonic() + 600
        level0 = os.path.join(self.folder, "data", "segments", "l0")
        while self.get("/api/v1/status")["store"]["level0_segments"] > 0 or any(files for _, _, files in os.walk(level0)):
            assert time.monotonic() < deadline, "compaction did not catch up"
            time.sleep(0.5)

    def spans(self, filter_text=None):
        start, end = self.hours_back()
        query = {"limit": 50, "from": start.isoformat(), "to": end.isoformat()}
        return len(self.get("/api/v1/spans", **query, **({"filter": filter_text} if filter_text else {}))["items"])

    def list(self):
        return self.spans()

    def list_filtered(self):
        return self.spans("model:gpt-4o")

    def trace(self, trace_id):
        return len(self.get(f"/api/v1/traces/{trace_id}")["spans"])

    def dashboard(self):
        start, end = self.hours_back()
        span = urllib.parse.urlencode({"from": start.isoformat(), "to": end.isoformat()})
        recent = urllib.parse.urlencode({"limit": 14, "filter": "kind:(llm OR embedding OR reranker)"})
        base = "/api/v1/analytics"
        paths = [f"{base}/dashboard?{span}", f"{base}/requests/timeseries?{span}", f"{base}/requests/timeseries?{span}&group_by=model", f"{base}/providers?{span}", f"/api/v1/spans?{recent}"]
        return self.together([("GET", path) for path in paths])[0]["total_requests"]

    def by_model(self):
        return len(self.sql(f"SELECT request_model, count(*), approx_percentile_cont(duration_ms, 0.95) FROM spans WHERE duration_ms > 0.{next(self.turn):04} GROUP BY 1"))

    def rare_word(self, word):
        return self.spans(word)

    common_word = rare_word


SPAN_FIELDS = "id name statusCode startTime latencyMs tokenCountTotal spanKind context{spanId traceId} input{truncatedValue} output{truncatedValue} costSummary{total{cost}}"


class Phoenix(Product):
    name = "Phoenix"
    health_path = "/healthz"
    HOW = {
        "send": "POST /v1/traces (answered when the request is in the server's memory)",
        "count": "GraphQL project.recordCount",
        "list": "GraphQL project.spans, 50 newest by startTime, with the columns of its table",
        "list_filtered": "the same, filterCondition llm.model_name == 'gpt-4o'",
        "trace": "GraphQL project.trace(traceId) with its spans and their attributes",
        "dashboard": "GraphQL, one request: trace count, cost, latency p50 and p99, series of counts, latency, tokens and cost, top models",
        "by_model": "no such query",
        "rare_word": "project.spans, 50 newest, filterCondition 'WORD' in attributes['gen_ai']['input']['messages']",
        "common_word": "the same",
    }
    DASHBOARD = """query($id:ID!,$range:TimeRange!){node(id:$id){... on Project{
        traceCount(timeRange:$range) costSummary(timeRange:$range){total{cost}}
        p50: latencyMsQuantile(probability:0.5,timeRange:$range) p99: latencyMsQuantile(probability:0.99,timeRange:$range)
        traceCountByStatusTimeSeries(timeRange:$range){data{timestamp okCount errorCount totalCount}}
        traceLatencyMsPercentileTimeSeries(timeRange:$range){data{timestamp p50 p95 p99}}
        traceTokenCountTimeSeries(timeRange:$range){data{timestamp totalTokenCount}}
        traceTokenCostTimeSeries(timeRange:$range){data{timestamp totalCost}}
        topModelsByCost(timeRange:$range){name} topModelsByTokenCount(timeRange:$range){name}}}}"""

    def command(self):
        return [self.binary_folder / "phoenix", "serve"]

    def environment(self):
        return {
            "PHOENIX_WORKING_DIR": str(self.folder), "PHOENIX_HOST": "127.0.0.1", "PHOENIX_PORT": str(self.port), "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_TELEMETRY_ENABLED": "false", "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        }

    @staticmethod
    def version(binary_folder):
        return installed(binary_folder, "arize-phoenix")

    def graphql(self, query, **variables):
        answer = self.call("POST", "/graphql", {"query": query, "variables": variables})
        if answer.get("errors"):
            raise RuntimeError(f"Phoenix: {answer['errors']}")
        return answer["data"]

    def project(self):
        if not hasattr(self, "project_id"):
            self.project_id = self.graphql("{projects{edges{node{id}}}}")["projects"]["edges"][0]["node"]["id"]
        return self.project_id

    def count(self):
        return self.graphql("query($id:ID!){node(id:$id){... on Project{recordCount}}}", id=self.project())["node"]["recordCount"]

    def spans(self, condition=None):
        start, end = self.hours_back()
        query = "query($id:ID!,$range:TimeRange,$filter:String){node(id:$id){... on Project{spans(first:50,sort:{col:startTime,dir:desc},timeRange:$range,filterCondition:$filter){edges{node{%s}}}}}}" % SPAN_FIELDS
        answer = self.graphql(query, id=self.project(), range={"start": start.isoformat(), "end": end.isoformat()}, filter=condition)
        return len(answer["node"]["spans"]["edges"])

    def list(self):
        return self.spans()

    def list_filtered(self):
        return self.spans("llm.model_name == 'gpt-4o'")

    def trace(self, trace_id):
        query = "query($id:ID!,$trace:ID!){node(id:$id){... on Project{trace(traceId:$trace){traceId spans(first:1000){edges{node{%s attributes}}}}}}}" % SPAN_FIELDS
        return len(self.graphql(query, id=self.project(), trace=trace_id)["node"]["trace"]["spans"]["edges"])

    def dashboard(self):
        start, end = self.hours_back()
        return self.graphql(self.DASHBOARD, id=self.project(), range={"start": start.isoformat(), "end": end.isoformat()})["node"]["traceCount"]

    by_model = None

    def rare_word(self, word):
        return self.spans(f"'{word}' in attributes['gen_ai']['input']['messages']")

    common_word = rare_word


class MLflow(Product):
    name = "MLflow"
    health_path = "/health"
    otlp_headers = ("x-mlflow-experiment-id: 0",)
    HOW = {
        "send": "POST /v1/traces into experiment 0",
        "count": "POST /api/3.0/mlflow/traces/metrics: span_count",
        "list": "POST /api/3.0/mlflow/traces/search, 50 newest traces (it lists traces, without their spans)",
        "list_filtered": "the same, filter span.name = 'chat gpt-4o'",
        "trace": "GET /api/3.0/mlflow/traces/get, with spans",
        "dashboard": "POST /api/3.0/mlflow/traces/metrics, six at once: series of counts, failures, latency quantiles and tokens, cost by model, latency p95 of spans by name",
        "by_model": "POST /api/3.0/mlflow/traces/metrics: latency p95 of spans by name (the names of model calls hold the model)",
        "rare_word": "traces/search, 50 newest traces, filter trace.text LIKE '%WORD%'",
        "common_word": "the same",
    }
    LOCATIONS = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}]

    def command(self):
        return [self.binary_folder / "mlflow", "server", "--host", "127.0.0.1", "--port", self.port]

    def environment(self):
        # Without the last, each of its processes waits half a minute for a price list from the internet, where there is none.
        return {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_MODEL_CATALOG_URI": ""}

    @staticmethod
    def version(binary_folder):
        return installed(binary_folder, "mlflow")

    def metric(self, view, name, aggregations, **more):
        aggregations = [{"aggregation_type": kind, **({"percentile_value": value} if value else {})} for kind, value in aggregations]
        return ("POST", "/api/3.0/mlflow/traces/metrics", {"experiment_ids": ["0"], "view_type": view, "metric_name": name, "aggregations": aggregations, **more})

    def count(self):
        points = self.call(*self.metric("SPANS", "span_count", [("COUNT", None)])).get("data_points", [])
        return int(points[0]["values"]["COUNT"]) if points else 0

    def search(self, condition=None):
        start, end = self.hours_back()
        window = f"timestamp_ms >= {int(start.timestamp() * 1000)} AND timestamp_ms < {int(end.timestamp() * 1000)}"
        body = {"locations": self.LOCATIONS, "max_results": 50, "order_by": ["timestamp_ms DESC"], "filter": f"{window} AND {condition}" if condition else window}
        return len(self.call("POST", "/api/3.0/mlflow/traces/search", body).get("traces", []))

    def list(self):
        return self.search()

    def list_filtered(self):
        return self.search("span.name = 'chat gpt-4o'")

    def trace(self, trace_id):
        return len(self.call("GET", f"/api/3.0/mlflow/traces/get?trace_id=tr-{trace_id}")["trace"]["spans"])

    def dashboard(self):
        start, end = self.hours_back()
        window = {"start_time_ms": int(start.timestamp() * 1000), "end_time_ms": int(end.timestamp() * 1000)}
        hourly = window | {"time_interval_seconds": 3600}
        quantiles = [("PERCENTILE", value) for value in (50, 90, 99)]
        answers = self.together([
            self.metric("TRACES", "trace_count", [("COUNT", None)], **hourly),
            self.metric("TRACES", "trace_count", [("COUNT", None)], filters=["trace.status = 'ERROR'"], **hourly),
            self.metric("TRACES", "latency", quantiles, **hourly),
            self.metric("TRACES", "total_tokens", [("SUM", None)], **hourly),
            self.metric("SPANS", "total_cost", [("SUM", None)], dimensions=["span_model_name"], **window),
            self.metric("SPANS", "latency", [("PERCENTILE", 95)], dimensions=["span_name"], **window),
        ])
        return sum(int(point["values"]["COUNT"]) for point in answers[0]["data_points"])

    def by_model(self):
        start, end = self.hours_back()
        window = {"start_time_ms": int(start.timestamp() * 1000), "end_time_ms": int(end.timestamp() * 1000)}
        return len(self.call(*self.metric("SPANS", "latency", [("PERCENTILE", 95)], dimensions=["span_name"], **window))["data_points"])

    def rare_word(self, word):
        return self.search(f"trace.text LIKE '%{word}%'")

    common_word = rare_word


def installed(binary_folder, package):
    program = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([binary_folder / "python", "-c", program], capture_output=True, text=True, check=True).stdout.strip()
