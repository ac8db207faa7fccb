"""Datasets, `evaluate()` and prompts of the `opik` package, and what it reads back."""

import json

import pytest
import test_opik as native

pytestmark = [pytest.mark.client("Opik (Python)", environment="opik", package="opik")]


@pytest.fixture(scope="module")
def read(client, telltale, provider_url):
    done = client.run("opik_evaluate.py", **native.environment(telltale, provider_url))
    return json.loads(done.stdout.splitlines()[-1])


def test_datasets_and_items_come_back(telltale, read):
    dataset = read["dataset"]
    assert sorted(dataset["items"], key=lambda item: item["question"]) == [
        {"question": "boom", "expected_output": "BOOM"},
        {"question": "paris", "expected_output": "PARIS", "level": 1},
        {"question": "rome", "expected_output": "ROMA"},
    ]
    assert dataset["listed"] and len(dataset["some"]) == 2
    ours = telltale.get(f"/api/v1/datasets/{dataset['id']}")
    assert (ours["name"], ours["description"], ours["item_count"]) == ("capitals of opik", "to be shouted", 3)
    items = telltale.get(f"/api/v1/datasets/{dataset['id']}/items")["items"]
    assert sorted((item["input"]["question"], item["expected_output"]) for item in items) == [("boom", "BOOM"), ("paris", "PARIS"), ("rome", "ROMA")]


def test_an_experiment_has_its_results_and_their_scores(read):
    experiment = read["experiment"]
    assert (experiment["name"], experiment["found"], experiment["of_dataset"], experiment["tags"]) == ("shouting", True, True, ["loud"])
    # The SDK adds what `evaluate_resume` needs.
    assert experiment["metadata"].pop("_opik_resume") and experiment["metadata"] == {"model": "none"}
    assert experiment["items"] == [
        ["boom", "", [["equals_metric", 0.0], ["length", 0.0]]],
        ["paris", "PARIS", [["equals_metric", 1.0], ["length", 5.0]]],
        ["rome", "ROME", [["equals_metric", 0.0], ["length", 4.0]]],
    ]
    assert experiment["scores"] == [["equals_metric", pytest.approx(1 / 3)], ["length", 3.0]]
    assert (experiment["rescored"], experiment["names_after"]) == (3, ["equals_metric", "length", "twice"])


@pytest.mark.shows("scores")
def test_our_api_has_the_same_experiment(telltale, read):
    id = read["experiment"]["id"]
    ours = telltale.get(f"/api/v1/experiments/{id}")
    assert (ours["name"], ours["protocol"], ours["dataset_id"]) == ("shouting", "opik", read["dataset"]["id"])
    means = {verdict["name"]: float(verdict["mean"]) for verdict in ours["summary"]["verdicts"]}
    assert means == {"equals_metric": pytest.approx(1 / 3), "length": 3.0, "twice": 6.0}
    results = {result["input"]["question"]: result for result in telltale.get(f"/api/v1/experiments/{id}/results")["items"]}
    paris = results["paris"]
    assert (paris["output"]["output"], paris["expected_output"]) == ("PARIS", "PARIS")
    assert {verdict["name"]: verdict["value"] for verdict in paris["verdicts"]} == {"equals_metric": "1.0", "length": "5.0", "twice": "10.0"}
    trace = telltale.get(f"/api/v1/traces/{paris['trace_id']}")
    assert float(paris["duration_ms"]) > 0 and len(trace["spans"]) > 1


def test_prompts_come_back_both_ways(telltale, read):
    prompts = read["prompts"]
    assert prompts["versions"] == ["v1", "v1", "v2"]
    assert prompts["newest"] == ["Hello {{name}}!", {"tone": "warm"}, "Hello Ada!"]
    assert prompts["pinned"] == prompts["by_commit"] == prompts["by_environment"] == "Hi {{name}}"
    assert prompts["history"] == ["Hello {{name}}!", "Hi {{name}}"]
    assert prompts["chat"] == [{"role": "user", "content": "Talk of rain."}]
    assert prompts["chat_id"] and prompts["missing"] is None
    assert ["greet of opik", "v2"] in prompts["found"] and ["talk of opik", "v1"] in prompts["found"]
    ours = telltale.get("/api/v1/prompts/greet%20of%20opik", label="production")
    assert (ours["version"], ours["prompt"]) == (1, "Hi {{name}}")
    chat = telltale.get("/api/v1/prompts/talk%20of%20opik")
    assert (chat["type"], chat["prompt"], chat["tags"]) == ("chat", [{"role": "user", "content": "Talk of {{topic}}."}], ["social"])


def test_what_is_not_there_says_so(read):
    refused = read["refused"]
    assert refused["search"][0] == 400 and "input contains" in refused["search"][1]
    assert refused["dashboards"][0] == 404 and "not served here" in refused["dashboards"][1]
    assert refused["trace"] == [404, "trace not found"]
