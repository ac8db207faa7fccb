"""Datasets, `evaluate()` and prompts of Opik's SDK, and what it reads back. Ends with one line of JSON."""

import json

import opik
from opik.evaluation import evaluate, evaluate_experiment
from opik.evaluation.metrics import Equals, base_metric, score_result
from opik.rest_api.core.api_error import ApiError

PROJECT = "evaluation"
client = opik.Opik(project_name=PROJECT)
opik.set_global_client(client)


class Length(base_metric.BaseMetric):
    def __init__(self):
        super().__init__(name="length", track=False)

    def score(self, output, **ignored):
        return score_result.ScoreResult(name=self.name, value=float(len(output)), reason="counted")


def task(item):
    if item["question"] == "boom":
        return {"output": "", "reference": item["expected_output"]}
    return {"output": item["question"].upper(), "reference": item["expected_output"]}


def datasets():
    dataset = client.get_or_create_dataset("capitals of opik", description="to be shouted")
    again = client.get_or_create_dataset("capitals of opik")
    items = [
        {"question": "paris", "expected_output": "PARIS", "level": 1},
        {"question": "rome", "expected_output": "ROMA"},
        {"question": "boom", "expected_output": "BOOM"},
    ]
    dataset.insert(items)
    # Items that are there already are not written twice.
    again.insert(items[:1])
    gone = {"question": "gone", "expected_output": "x"}
    dataset.insert([gone])
    dataset.delete([next(item["id"] for item in dataset.get_items() if item["question"] == "gone")])
    return dataset


def read_dataset(dataset):
    items = client.get_dataset("capitals of opik").get_items()
    return {
        "id": dataset.id,
        "items": [{name: value for name, value in item.items() if name != "id"} for item in items],
        "listed": "capitals of opik" in [known.name for known in client.get_datasets()],
        "some": [item["question"] for item in dataset.get_items(nb_samples=2)],
    }


def experiments(dataset):
    done = evaluate(
        dataset,
        task,
        scoring_metrics=[Equals(track=False), Length()],
        experiment_name="shouting",
        experiment_config={"model": "none"},
        experiment_tags=["loud"],
        project_name=PROJECT,
        verbose=0,
        task_threads=2,
    )
    assert client.flush(), client.last_flush_result
    experiment = client.get_experiment_by_id(done.experiment_id)
    found = client.get_experiments_by_name("shouting")
    data = experiment.get_experiment_data()
    items = [
        [item.dataset_item_data["question"], item.evaluation_task_output["output"], sorted([score["name"], score["value"]] for score in item.feedback_scores)]
        for item in experiment.get_items()
    ]
    rescored = evaluate_experiment("shouting", scoring_metrics=[Length(), Twice()], verbose=0, project_name=PROJECT)
    assert client.flush(), client.last_flush_result
    after = client.get_experiment_by_id(done.experiment_id)
    return {
        "id": done.experiment_id,
        "name": experiment.name,
        "found": [known.id for known in found] == [done.experiment_id],
        "of_dataset": [known.id for known in client.get_dataset_experiments("capitals of opik")] == [done.experiment_id],
        "metadata": data.metadata,
        "tags": data.tags,
        "scores": sorted([score.name, score.value] for score in data.feedback_scores),
        "items": sorted(items),
        "rescored": len(rescored.test_results),
        "names_after": sorted({score["name"] for item in after.get_items() for score in item.feedback_scores}),
    }


class Twice(base_metric.BaseMetric):
    def __init__(self):
        super().__init__(name="twice", track=False)

    def score(self, output, **ignored):
        return score_result.ScoreResult(name=self.name, value=2.0 * len(output))


def prompts():
    first = client.create_prompt("greet of opik", "Hi {{name}}", metadata={"tone": "warm"})
    same = client.create_prompt("greet of opik", "Hi {{name}}", metadata={"tone": "warm"})
    second = client.create_prompt("greet of opik", "Hello {{name}}!", metadata={"tone": "warm"})
    client.set_prompt_environments("greet of opik", ["production"], version="v1")
    chat = client.create_chat_prompt("talk of opik", [{"role": "user", "content": "Talk of {{topic}}."}], tags=["social"], description="to talk")
    text = client.get_prompt("greet of opik", no_cache=True)
    return {
        "versions": [first.version, same.version, second.version],
        "newest": [text.prompt, text.metadata, text.format(name="Ada")],
        "pinned": client.get_prompt("greet of opik", version="v1", no_cache=True).prompt,
        "by_commit": client.get_prompt("greet of opik", commit=first.commit, no_cache=True).prompt,
        "by_environment": client.get_prompt("greet of opik", environment="production", no_cache=True).prompt,
        "history": [version.prompt for version in client.get_prompt_history("greet of opik")],
        "chat": client.get_chat_prompt("talk of opik", no_cache=True).format({"topic": "rain"}),
        "chat_id": chat.id is not None,
        "missing": client.get_prompt("nothing of opik", no_cache=True),
        "found": sorted([prompt.name, prompt.version] for prompt in client.search_prompts()),
    }


def refused():
    """What is not there says so."""
    statuses = {}
    for name, ask in {
        "search": lambda: client.search_traces(project_name=PROJECT, filter_string='input contains "x"'),
        "dashboards": lambda: client.get_dashboards(),
        "trace": lambda: client.get_trace_content("01a20764-4e91-71fc-8a35-39e2d9472823"),
    }.items():
        try:
            ask()
            statuses[name] = "answered"
        except ApiError as error:
            statuses[name] = [error.status_code, error.body["detail"] if isinstance(error.body, dict) else str(error.body)]
    return statuses


def main():
    dataset = datasets()
    read = {"dataset": read_dataset(dataset), "experiment": experiments(dataset), "prompts": prompts(), "refused": refused()}
    print(json.dumps(read))


if __name__ == "__main__":
    main()
