"""Datasets, examples and `evaluate()` of the `langsmith` package, and what it reads back."""

import json

import pytest
import test_langsmith as native

pytestmark = [pytest.mark.client("LangSmith (Python)", environment="langsmith", package="langsmith")]


@pytest.fixture(scope="module")
def read(client, telltale, provider_url):
    done = client.run("langsmith_evaluate.py", **native.environment(telltale, provider_url, LANGSMITH_PROJECT="evaluation"))
    return json.loads(done.stdout.splitlines()[-1])


def test_datasets_and_examples_come_back(read):
    assert read["dataset"] == {"name": "capitals of langsmith", "count": 4}
    assert read["metadata"]["origin"] == "test"
    by_question = {inputs["question"]: (outputs, metadata) for inputs, outputs, metadata in read["examples"]}
    assert by_question["paris"] == ({"answer": "PARIS"}, {"dataset_split": ["train"], "level": 1})
    assert by_question["oslo"] == ({"answer": "OSLO!"}, {"dataset_split": ["base"], "level": 2})
    assert read["split"] == ["paris"]
    assert read["attachment"] == ["not really a map"]


def test_an_experiment_has_its_runs_and_their_feedback(read):
    experiment = read["experiment"]
    assert (experiment["dataset"], experiment["runs"]) == (True, 4)
    assert experiment["feedback"] == {"correct": {"n": 4, "avg": 0.25}, "length": {"n": 4, "avg": 3.25}}
    assert "dataset_splits" in experiment["metadata"]
    assert read["listed"] == [experiment["name"]]
    assert [run[:2] + run[3:] for run in read["runs"]] == [
        ["boom", None, True],
        ["oslo", {"answer": "OSLO"}, True],
        ["paris", {"answer": "PARIS"}, True],
        ["rome", {"answer": "ROME"}, True],
    ]
    assert read["runs"][0][2].startswith("RuntimeError('no answer')")
    assert read["feedback"] == [["length", 0.0, "counted"], ["length", 4.0, "counted"], ["length", 4.0, "counted"], ["length", 5.0, "counted"]]


@pytest.mark.shows("scores")
def test_feedback_is_scores_of_traces_and_of_the_experiment(telltale, read):
    of_experiment = telltale.get("/api/v1/scores", session_id=read["experiment"]["id"])["items"]
    assert [(score["name"], score["value"]) for score in of_experiment] == [("pass_rate", "0.5")]
    runs = telltale.get("/api/v1/traces", filter=f"attr.langsmith.project:{read['experiment']['name']} score.correct>0", limit=10)["items"]
    assert len(runs) == 1
