"""DeepEval's own SDK, unmodified: traces of an observed application, annotations, test runs, datasets and prompts."""

import json
import os
import pathlib
import socketserver
import subprocess
import threading
import urllib.request

import pytest

HERE = pathlib.Path(__file__).parent

pytestmark = [pytest.mark.client("DeepEval (Python)", environment="deepeval", package="deepeval")]

# The fake provider: 100 input tokens, 20 output tokens. DeepEval reports no cached part: gpt-4o-mini costs 0.15 and 0.60 USD a million.
CALL_USD = "0.000027"


class Outside(socketserver.BaseRequestHandler):
    """Remembers who asks for a machine other than this one."""

    def handle(self):
        self.server.asked.append(self.request.recv(200))


@pytest.fixture(scope="module")
def outside():
    """A proxy that leads nowhere, in the way of everything that is not for this machine."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Outside) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def settings(telltale, provider_url, outside, tmp_path_factory):
    proxy = f"http://127.0.0.1:{outside.server_address[1]}"
    return {
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "CONFIDENT_BASE_URL": telltale.url,
        "CONFIDENT_OTEL_URL": telltale.url,
        "CONFIDENT_API_KEY": "confident_us_no_real_key",
        "CONFIDENT_OPEN_BROWSER": "0",
        "CONFIDENT_TRACE_FLUSH": "1",
        "DEEPEVAL_TELEMETRY_OPT_OUT": "1",
        "DEEPEVAL_DISABLE_DOTENV": "1",
        "DEEPEVAL_CACHE_FOLDER": str(tmp_path_factory.mktemp("deepeval")),
        "OPENAI_BASE_URL": provider_url + "/v1",
        "OPENAI_API_KEY": "sk-not-a-real-key",
    }


@pytest.fixture(scope="module")
def output(client, settings):
    return client.run("deepeval_traces.py", **settings).stdout


@pytest.fixture(scope="module")
def traces(telltale, output):
    """By the name of their root, newest first."""
    by_name = {}
    for item in telltale.get("/api/v1/traces", limit=100)["items"]:
        by_name.setdefault(item["name"], []).append(item)
    return by_name


@pytest.fixture(scope="module")
def spans(telltale, output):
    """Every span with its payload, by name, by start."""
    by_name = {}
    for summary in telltale.get("/api/v1/spans", limit=200)["items"]:
        span = telltale.get(f"/api/v1/spans/{summary['trace_id']}/{summary['span_id']}")
        by_name.setdefault(span["name"], []).append(span)
    return {name: sorted(named, key=lambda span: (span["start_time"], span["span_id"])) for name, named in by_name.items()}


@pytest.fixture(scope="module")
def calls(spans):
    """The calls of the patched client, by (model, whether they were answered with a tool call)."""
    return {(call["request_model"], is_tool_call(call["output"])): call for call in spans["llm_generation"] if call["parent_span_id"]}


def only(named, name):
    (one,) = named[name]
    return one


def is_tool_call(messages):
    return any(part["type"] == "tool_call" for message in messages or [] for part in message["parts"])


def said(messages):
    """(role, what was said) of each message."""
    return [(message["role"], "".join(part.get("text", "") for part in message["parts"])) for message in messages]


def parts(messages):
    return [part for message in messages for part in message["parts"]]


@pytest.mark.shows("traces")
def test_a_trace_is_a_tree_of_its_spans(telltale, traces, spans):
    agent = only(spans, "travel-agent")
    assert (agent["kind"], agent["agent"], agent["status"], agent["parent_span_id"]) == ("agent", "travel-agent", "ok", None)
    trace = telltale.get(f"/api/v1/traces/{agent['trace_id']}")
    children = sorted((span["kind"], span["name"]) for span in trace["spans"] if span["parent_span_id"] == agent["span_id"])
    expected = [("llm", "llm_generation"), ("llm", "llm_generation"), ("other", "parse"), ("retrieval", "search"), ("tool", "get_weather")]
    assert (children, trace["span_count"]) == (expected, 6)
    assert only(traces, "travel-agent")["status"] == "error", "one of its spans failed"
    assert {span["source"]["convention"] for named in spans.values() for span in named} == {"deepeval"}
    assert agent["source"]["sdk"].startswith("deepeval ")


def test_the_sdk_shows_where_to_look(telltale, output, spans):
    assert f"{telltale.url}/traces/{only(spans, 'travel-agent')['trace_id']}" in output.replace("\n", "")
    assert "Error" not in output


def test_an_agent_keeps_what_deepeval_says_of_it(spans):
    agent = only(spans, "travel-agent")
    assert said(agent["input"]) == [("user", "What is the weather in Paris?")]
    assert said(agent["output"]) == [("assistant", "Hello, the weather in Paris is sunny.")]
    assert agent["tools"] == ["get_weather"]
    assert agent["metadata"] == {"step": 7, "tier": "gold"}, "its own and the trace's"
    told = agent["attributes"]
    assert (told["trace.name"], told["expectedOutput"], told["agentHandoffs"]) == ("trip-planning", "Sunny.", ["booking-agent"])
    assert told["retrievalContext"] == ["Paris is sunny in May.", "It rains in April."]
    assert [(call["name"], call["inputParameters"]) for call in told["toolsCalled"]] == [("get_weather", {"city": "Paris"})]


@pytest.mark.shows("messages", "tools", "usage", "cost")
def test_a_patched_client_shows_messages_tokens_and_cost(calls):
    asking = calls["gpt-4o-mini", True]
    assert said(asking["input"]) == [("system", "Be brief."), ("user", "What is the weather in Paris?")]
    (call,) = parts(asking["output"])
    assert (call["type"], call["name"], call["arguments"]) == ("tool_call", "get_weather", {"city": "Paris"})
    answering = calls["gpt-4o-mini", False]
    assert [message["role"] for message in answering["input"]] == ["system", "user", "assistant", "tool"]
    kinds = [part["type"] for part in parts(answering["input"])]
    assert kinds == ["text", "text", "tool_call", "tool_result"]
    assert said(answering["output"]) == [("assistant", "Hello, the weather in Paris is sunny.")]
    for span in (asking, answering):
        assert (span["provider"], span["kind"]) == ("openai", "llm")
        usage = span["usage"]
        assert (usage["input_tokens"], usage["output_tokens"], usage["total_tokens"], usage["split"]) == (100, 20, 120, "assumed")
        assert (usage["cache_read"], usage["output_reasoning"]) == (None, None), "not told is not zero"
        assert (span["cost"]["total_usd"], span["cost"]["source"]) == (CALL_USD, "computed")


def test_the_responses_api_is_read_too(spans):
    call = next(span for span in spans["llm_generation"] if not span["parent_span_id"])
    assert said(call["input"]) == [("system", "Be brief."), ("user", "Say hello.")]
    assert said(call["output"]) == [("assistant", "Hello, the weather in Paris is sunny.")]
    assert (call["usage"]["total_tokens"], call["cost"]["total_usd"]) == (120, CALL_USD)


@pytest.mark.shows("tools")
def test_tools_and_retrievals_read_as_such(spans):
    tool = next(span for span in spans["get_weather"] if span["parent_span_id"])
    (call,), (result,) = parts(tool["input"]), parts(tool["output"])
    assert (tool["kind"], tool["tool"], call["name"], call["arguments"]) == ("tool", "get_weather", "get_weather", {"city": "Paris"})
    assert result["result"] == {"city": "Paris", "sky": "sunny"}
    search = only(spans, "search")
    assert (search["kind"], said(search["input"])) == ("retrieval", [("user", "What is the weather in Paris?")])
    assert parts(search["output"])[0]["result"] == ["Paris is sunny in May.", "It rains in April."]
    told = search["attributes"]
    assert (told["embedder"], told["topK"], told["chunkSize"]) == ("text-embedding-3-small", 2, 512)


@pytest.mark.shows("streaming", "cost")
def test_a_streamed_answer_has_its_first_token_and_the_prices_it_names(spans):
    call = only(spans, "streamed")
    assert 15 < float(call["time_to_first_token_ms"]) < float(call["duration_ms"])
    assert (call["request_model"], call["usage"]["input_tokens"], call["usage"]["output_tokens"]) == ("house-model", 9, 3)
    # 9 x 0.000001 + 3 x 0.000002: no price book knows this model.
    assert (call["cost"]["reported_usd"], call["cost"]["total_usd"], call["cost"]["source"]) == ("0.000015", "0.000015", "reported")


def test_a_prompt_and_an_image_are_part_of_the_call(spans):
    call = only(spans, "looks")
    assert (call["prompt_name"], call["prompt_version"], call["attributes"]["promptLabel"]) == ("look", "00.00.02", "staging")
    text, image, rest = parts(call["input"])
    assert (text["text"], image["type"], image["mime_type"], rest["text"]) == ("What is in ", "media", "image/png", "?")
    assert call["cost"]["total_usd"] is None, "a model without a price costs nobody knows what"


@pytest.mark.shows("errors")
def test_failures_say_why(traces, spans, calls):
    agent, call, parse = only(spans, "fails"), calls["gpt-4o-err429", False], only(spans, "parse")
    assert [span["status"] for span in (agent, call, parse)] == ["error"] * 3
    assert "429" in agent["error_message"] and "429" in call["error_message"]
    assert (call["usage"]["total_tokens"], call["cost"]["total_usd"]) == (None, None)
    assert said(call["input"]) == [("user", "Fail, please.")]
    assert parse["error_message"] == "no number in the text"
    assert only(traces, "fails")["status"] == "error"


@pytest.mark.shows("sessions")
def test_threads_are_sessions_and_reach_every_span(telltale, spans):
    sessions = {item["session_id"]: item for item in telltale.get("/api/v1/sessions", limit=50)["items"]}
    assert (sessions["thread-1"]["traces"], sessions["thread-1"]["requests"], sessions["thread-2"]["errors"]) == (2, 3, 1)
    agent = only(spans, "travel-agent")
    for named in spans.values():
        for span in named:
            if span["trace_id"] == agent["trace_id"]:
                told = (span["session_id"], span["user_id"], span["environment"], span["tags"])
                assert told == ("thread-1", "user-1", "development", ["travel", "test"])


@pytest.mark.shows("scores")
def test_metrics_and_annotations_are_scores(telltale, spans):
    agent = only(spans, "travel-agent")
    scores = {(score["target"], score["name"]): score for score in telltale.get("/api/v1/scores", limit=50)["items"]}
    length = scores["span", "Length"]
    assert (length["span_id"], length["value"], length["label"], length["comment"]) == (agent["span_id"], "0.75", "pass", "long enough")
    assert (length["source"], length["metadata"]["threshold"]) == ("code", "0.5")
    of_trace = scores["trace", "thumbs_rating"]
    told = (of_trace["trace_id"], of_trace["value"], of_trace["label"], of_trace["comment"], of_trace["author"], of_trace["source"])
    assert told == (agent["trace_id"], "1.0", "up", "Just right.", "user-1", "user")
    of_span = scores["span", "thumbs_rating"]
    assert (of_span["span_id"], of_span["label"], of_span["comment"]) == (agent["span_id"], "down", "Too long.")
    of_thread = scores["session", "thumbs_rating"]
    assert (of_thread["session_id"], of_thread["metadata"]) == ("thread-1", {"expectedOutcome": "Booked."})


def test_the_clients_own_ids_lead_to_what_is_stored(telltale, spans):
    agent = only(spans, "travel-agent")
    uuid = "-".join(agent["trace_id"][a:b] for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32)))
    assert telltale.get(f"/api/v1/traces/{uuid}")["trace_id"] == agent["trace_id"]
    assert telltale.get(f"/api/v1/spans/{uuid}/{agent['native_id']}")["span_id"] == agent["span_id"]


def spans_of_user(telltale, user):
    found = telltale.get("/api/v1/spans", limit=200, filter=f"user:{user}")["items"]
    return [telltale.get(f"/api/v1/spans/{span['trace_id']}/{span['span_id']}") for span in found]


@pytest.mark.shows("traces", "messages", "tools", "streaming", "usage", "cost", "sessions")
def test_the_langchain_handler(client, settings, telltale):
    client.run("deepeval_langchain.py", **settings)
    spans = spans_of_user(telltale, "chain-user")
    assert {(span["session_id"], *span["tags"]) for span in spans} == {("chain-thread", "chain")}
    agent = next(span for span in spans if span["kind"] == "agent")
    assert said(agent["input"]) == [("user", "What is the weather in Paris?")]
    assert [message["role"] for message in agent["output"]] == ["user", "assistant", "tool", "assistant"]
    assert (agent["attributes"]["trace.name"], agent["metadata"]) == ("agent-run", {"tier": "gold"})
    calls = [span for span in spans if span["kind"] == "llm"]
    assert len(calls) == 3
    for call in calls:
        assert (call["provider"], call["request_model"]) == ("openai", "gpt-4o-mini-2024-07-18")
        assert (call["usage"]["input_tokens"], call["usage"]["output_tokens"], call["cost"]["total_usd"]) == (100, 20, CALL_USD)
        assert [message["role"] for message in call["output"]] == ["assistant"]
    asking = next(call for call in calls if is_tool_call(call["output"]))
    (called,) = parts(asking["output"])
    assert (called["name"], called["arguments"]) == ("get_weather", {"city": "Paris"})
    assert asking["tools"][0]["function"]["name"] == "get_weather"
    streamed = next(call for call in calls if not call["parent_span_id"])
    assert float(streamed["time_to_first_token_ms"]) > 0
    tool = next(span for span in spans if span["kind"] == "tool")
    assert (parts(tool["input"])[0]["arguments"], parts(tool["output"])[0]["result"]) == ({"city": "Paris"}, "sunny in Paris")


@pytest.mark.shows("traces", "messages", "tools", "streaming", "usage", "cost", "sessions")
def test_the_otel_mode(client, settings, telltale):
    client.run("deepeval_otel.py", **settings)
    spans = {}
    for span in spans_of_user(telltale, "otel-user"):
        spans.setdefault(span["name"], []).append(span)
        told = (span["source"]["convention"], span["session_id"], span["tags"], span["metadata"], span["attributes"]["trace.name"])
        assert told == ("deepeval", "otel-thread", ["otel"], {"region": "north"}, "otel-app")
    asking, counting = sorted(spans["ChatCompletion"], key=lambda span: span["start_time"])
    for call in (asking, counting):
        # OpenInference, which DeepEval's spans are built on here, tells the cached part: 36 + 64 + 20.
        assert (call["usage"]["input_uncached"], call["usage"]["cache_read"], call["usage"]["output_tokens"]) == (36, 64, 20)
        assert (call["cost"]["total_usd"], call["provider"], call["request_model"]) == ("0.0000222", "openai", "gpt-4o-mini")
        assert not [name for name in call["attributes"] if name.startswith("confident.llm.")], "said twice"
    assert parts(asking["output"])[0]["arguments"] == {"city": "Paris"}
    assert (float(counting["time_to_first_token_ms"]) > 0, said(counting["input"])) == (True, [("user", "Count.")])
    root, call, tool, retrieval = only(spans, "root"), only(spans, "call"), only(spans, "search"), only(spans, "retrieve")
    assert (root["kind"], root["agent"], said(root["input"]), said(root["output"])) == (
        "agent",
        "planner",
        [("user", "Plan a trip.")],
        [("assistant", "Planned.")],
    )
    assert (call["kind"], call["request_model"], call["usage"]["total_tokens"]) == ("llm", "house-model", 12)
    assert (call["cost"]["total_usd"], call["cost"]["source"]) == ("0.000015", "reported")
    assert (call["prompt_name"], call["prompt_version"], said(call["input"])) == ("plan", "00.00.01", [("user", "Plan.")])
    assert (tool["kind"], parts(tool["input"])[0]["arguments"], parts(tool["output"])[0]["result"]) == ("tool", {"q": "Oslo"}, ["fjord"])
    assert (retrieval["kind"], parts(retrieval["output"])[0]["result"]) == ("retrieval", ["one", "two"])


@pytest.fixture(scope="module")
def evals(client, settings):
    """Runs a part of deepeval_evals.py and answers what it found out."""

    def run(part, **more):
        output = client.run("deepeval_evals.py", part, **settings | more).stdout
        return json.loads(output[output.rindex("RESULT ") + len("RESULT ") :])

    return run


@pytest.fixture(scope="module")
def run_of(telltale):
    """An experiment with its results, by its id or its name."""

    def find(experiment_id=None, name=None):
        if name:
            (experiment_id,) = [item["id"] for item in telltale.get("/api/v1/experiments", limit=100)["items"] if item["name"] == name]
        results = telltale.get(f"/api/v1/experiments/{experiment_id}/results", limit=100)["items"]
        return telltale.get(f"/api/v1/experiments/{experiment_id}"), results

    return find


def verdicts(result):
    return {verdict["name"]: verdict for verdict in result["verdicts"]}


@pytest.fixture(scope="module")
def nightly(evals):
    # Two cases in a request: the third comes after.
    return evals("RUN", CONFIDENT_TEST_CASE_BATCH_SIZE="2")


@pytest.mark.shows("scores")
def test_a_test_run_is_an_experiment(telltale, nightly, run_of):
    assert nightly["link"] == f"{telltale.url}/experiments/{nightly['id']}"
    run, results = run_of(nightly["id"])
    assert (run["name"], run["protocol"]) == ("nightly", "deepeval")
    assert run["metadata"]["hyperparameters"] == {"model": "gpt-4o-mini", "temperature": "0.2", "system prompt": "Be brief."}
    assert (run["metadata"]["testPassed"], run["metadata"]["testFailed"]) == (0, 3)
    summary = run["summary"]
    assert (summary["results"], summary["passed"], summary["failed"], summary["cost_usd"]) == (3, 0, 3, "0.0075")
    means = {verdict["name"]: (verdict["mean"], verdict["passed"], verdict["failed"]) for verdict in summary["verdicts"]}
    assert (round(float(means["Politeness [GEval]"][0]), 9), means["Politeness [GEval]"][1:]) == (0.7, (3, 0))
    assert (means["Exact Match"][1:], means["Pattern Match"][1:], means["Words"][1:]) == ((1, 2), (1, 2), (2, 1))
    assert [result["name"] for result in results] == ["greeting", "number", "phone"]


def test_a_case_keeps_what_was_said_and_why_it_was_judged_so(nightly, run_of):
    greeting, number, phone = run_of(nightly["id"])[1]
    assert (greeting["input"], greeting["output"], greeting["expected_output"]) == ("Say hello.",) + ("Hello there, my friend.",) * 2
    assert (greeting["passed"], greeting["duration_ms"], greeting["cost_usd"]) == (False, "1250.0", "0.0025")
    context = greeting["context"]
    assert (context["retrievalContext"], context["context"]) == (["People say hello."], ["Greetings"])
    assert [(call["name"], call.get("inputParameters")) for call in context["toolsCalled"]] == [("greet", {"who": "friend"})]
    assert [call["name"] for call in context["expectedTools"]] == ["greet"]
    assert (greeting["metadata"]["metadata"], greeting["metadata"]["tags"]) == ({"area": "small talk"}, ["polite"])
    judged = verdicts(greeting)
    words, polite = judged["Words"], judged["Politeness [GEval]"]
    assert (words["value"], words["threshold"], words["success"], words["reason"], words["cost_usd"]) == ("0.4", "0.3", True, "4 words", "0.0025")
    told = (polite["value"], polite["threshold"], polite["success"], polite["reason"], polite["model"])
    assert told == ("0.7", "0.6", True, "Polite, but short.", "scripted-judge")
    assert "Evaluation Steps" in polite["metadata"]["verboseLogs"]
    assert [verdicts(case)["Exact Match"]["success"] for case in (greeting, number, phone)] == [True, False, False]
    assert [verdicts(case)["Pattern Match"]["success"] for case in (greeting, number, phone)] == [False, False, True]


def test_a_metric_that_breaks_is_an_error_not_a_score(nightly, run_of):
    run, (case,) = run_of(nightly["broken"])
    broken = verdicts(case)["Broken"]
    assert (broken["value"], "the metric broke" in broken["error"]) == (None, True)
    assert run["summary"]["verdicts"][0]["errors"] == 1


def test_a_conversation_keeps_its_turns(evals, run_of):
    run, (case,) = run_of(evals("CONVERSATION")["id"])
    assert (run["name"], case["name"], case["passed"]) == ("talks", "booking", True)
    assert (case["input"], case["expected_output"]) == ("Somebody books a flight.", "A flight is booked.")
    assert [(turn["role"], turn["content"]) for turn in case["output"]] == [("user", "I need a flight to Oslo."), ("assistant", "Booked.")]
    assert case["output"][1]["toolsCalled"][0]["inputParameters"] == {"to": "Oslo"}
    assert verdicts(case)["Turns"]["value"] == "2.0"


def test_an_arena_is_a_run_for_each_contestant(evals, run_of):
    evals("ARENA")
    winner, (won,) = run_of(name="friendly-arena: model-a")
    loser, (lost,) = run_of(name="friendly-arena: model-b")
    assert winner["metadata"]["comparison"] == loser["metadata"]["comparison"]
    assert (winner["metadata"]["hyperparameters"], loser["metadata"]["hyperparameters"]) == ({"model": "model-a"}, {"model": "model-b"})
    scores = [verdicts(case)["Friendly [Arena GEval]"]["value"] for case in (won, lost)]
    assert (scores, won["output"], lost["output"]) == (["1.0", "0.0"], "Hello!", "Hi.")


@pytest.mark.shows("traces", "sessions", "scores")
def test_traces_of_a_test_run_are_linked(telltale, evals, run_of):
    evals("TRACED")
    run, cases = run_of(name="geography")
    assert [(case["input"], case["output"], case["passed"]) for case in cases] == [
        ("Capital of France?", "Paris.", True),
        ("And of Spain?", "Paris.", False),
    ]
    assert (run["summary"]["passed"], run["summary"]["failed"]) == (1, 1)
    trace = telltale.get(f"/api/v1/traces/{cases[0]['trace_id']}")
    assert sorted((span["kind"], span["name"]) for span in trace["spans"]) == [("agent", "geographer"), ("llm", "answer")]
    assert (trace["session_id"], trace["user_id"]) == ("exam", "examiner")
    scores = {score["name"]: score for score in trace["scores"]}
    assert (scores["Exact Match"]["value"], scores["Exact Match"]["label"]) == ("1.0", "pass")
    agent = next(span for span in trace["spans"] if span["name"] == "geographer")
    assert [(score["name"], score["value"]) for score in agent["scores"]] == [("Words", "0.1")]


def test_an_image_of_a_case_is_kept(telltale, evals, run_of):
    found = evals("IMAGE")
    _, (case,) = run_of(found["id"])
    assert case["input"] == f"What is in [DEEPEVAL:IMAGE:{found['image']}]?"
    assert case["context"]["images"][found["image"]] == {"uri": f"telltale-media:{found['image']}", "mime_type": "image/png"}
    with urllib.request.urlopen(f"{telltale.url}/api/v1/media/{found['image']}", timeout=30) as answer:
        assert answer.read()[1:4] == b"PNG"


def test_the_command_line_runs_tests(client, settings, tmp_path, run_of):
    (tmp_path / "test_capitals.py").write_bytes((HERE / "deepeval_suite.py").read_bytes())
    login = [client.folder / "venv/bin/deepeval", "login", "--api-key", settings["CONFIDENT_API_KEY"]]
    command = [client.folder / "venv/bin/deepeval", "test", "run", "test_capitals.py", "--identifier", "suite"]
    # The key comes from where `login` has put it.
    environment = {name: value for name, value in settings.items() if name not in ("CONFIDENT_API_KEY", "DEEPEVAL_DISABLE_DOTENV")}
    environment |= {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    for step, code in ((login, 0), (command, 1)):
        done = subprocess.run(step, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=180)
        assert done.returncode == code, done.stdout + done.stderr
    run, cases = run_of(name="suite")
    assert (run["metadata"]["hyperparameters"], run["metadata"]["testFile"]) == ({"model": "gpt-4o-mini"}, "test_capitals.py")
    assert [(case["input"], case["output"], case["expected_output"], case["passed"]) for case in cases] == [
        ("Capital of France?", "Paris", "Paris", True),
        ("Capital of Spain?", "Paris", "Madrid", False),
    ]


def test_datasets_come_back_as_they_were_pushed(evals, run_of):
    found = evals("DATASET")
    run, _ = run_of(found["run"])
    assert (run["dataset_id"], run["name"]) == (found["dataset"], "capitals")
    first, second = found["pulled"]
    assert first == {
        "input": "Capital of France?",
        "expectedOutput": "Paris",
        "context": ["Europe"],
        "retrievalContext": ["France is a country."],
        "additionalMetadata": {"level": 1},
        "comments": "easy",
        "toolsCalled": [{"name": "look_up", "type": "FUNCTION", "inputParameters": {"q": "France"}}],
        "customColumnKeyValues": {"area": "geo"},
    }
    assert second["input"] == "And of Spain?"
    assert found["queued"] == ["Queued?"], "what waits to be finalized is apart"
    assert (found["after"], found["before"]) == (["Madrid, of course"], ["Paris", "Madrid"]), "a version stays as it was"
    assert (found["version"], found["versions"]) == ("1", ["1"])
    (talk,) = found["talks"]
    assert (talk["scenario"], talk["expectedOutcome"], talk["turns"][0]["content"]) == ("Somebody books a flight.", "Booked.", "Hi")


def test_prompts_are_pulled_by_version_and_commit(evals):
    found = evals("PROMPT")
    assert (found["newest"], found["first"], found["again"]) == ("Hi Ann!", "Hello Ann!", "Hello {name}!")
    assert found["settings"] == {"temperature": 0.5, "max_tokens": 20}
    assert (found["versions"], found["commits"], found["version"], found["branches"]) == (["2", "1"], 2, "2", ["main"])
    assert found["chat"] == [{"role": "system", "content": "You are a pirate."}, {"role": "user", "content": "Hi"}]


def test_what_this_server_does_not_do_is_said(evals):
    said = evals("REFUSED")
    assert "no judge model" in said["collection"]
    assert "keep them in code" in said["upload"]
    assert "one line of versions" in said["branch"]
    assert "nowhere" in said["dataset"]
    assert said["prompt"]


def test_nothing_is_asked_of_other_machines(outside, output, evals):
    evals("REFUSED")
    assert outside.asked == []
