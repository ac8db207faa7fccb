"""A dataset, its examples, an experiment over them, and everything read back, with LangSmith's client. Prints what it read as JSON."""

import json
import sys
import warnings

from langsmith import Client
from langsmith.schemas import ExampleCreate

warnings.simplefilter("ignore")


def target(inputs):
    if inputs["question"] == "boom":
        raise RuntimeError("no answer")
    return {"answer": inputs["question"].upper()}


def correct(outputs, reference_outputs):
    return (outputs or {}).get("answer") == reference_outputs["answer"]


def length(outputs):
    return {"key": "length", "score": len((outputs or {}).get("answer", "")), "comment": "counted"}


def pass_rate(outputs, reference_outputs):
    return {"key": "pass_rate", "score": 0.5}


def main():
    client = Client()
    dataset = client.create_dataset("capitals of langsmith", description="A few.", metadata={"origin": "test"})
    client.create_examples(
        dataset_id=dataset.id,
        examples=[
            ExampleCreate(inputs={"question": "paris"}, reference_outputs={"answer": "PARIS"}, metadata={"level": 1}, split="train"),
            ExampleCreate(
                inputs={"question": "rome"}, reference_outputs={"answer": "ROMA"}, attachments={"map": ("image/png", b"not really a map")}
            ),
            ExampleCreate(inputs={"question": "boom"}, reference_outputs={"answer": "BOOM"}),
        ],
    )
    first = client.create_example(inputs={"question": "oslo"}, reference_outputs={"answer": "OSLO"}, dataset_id=dataset.id)
    client.update_example(first.id, outputs={"answer": "OSLO!"}, metadata={"level": 2})
    results = client.evaluate(target, data="capitals of langsmith", evaluators=[correct, length], summary_evaluators=[pass_rate], experiment_prefix="shout")
    client.flush()
    experiment = client.read_project(project_name=results.experiment_name, include_stats=True)
    runs = list(client.list_runs(project_id=experiment.id, is_root=True))
    examples = list(client.list_examples(dataset_name="capitals of langsmith", include_attachments=True))
    feedback = list(client.list_feedback(run_ids=[run.id for run in runs]))
    json.dump(
        {
            "dataset": {"name": client.read_dataset(dataset_name="capitals of langsmith").name, "count": client.read_dataset(dataset_id=dataset.id).example_count},
            "metadata": dataset.metadata,
            "examples": [[example.inputs, example.outputs, example.metadata] for example in examples],
            "split": [example.inputs["question"] for example in client.list_examples(dataset_id=dataset.id, splits=["train"])],
            "attachment": [example.attachments["map"]["reader"].read().decode() for example in examples if example.attachments],
            "experiment": {
                "id": str(experiment.id),
                "name": experiment.name,
                "dataset": str(experiment.reference_dataset_id) == str(dataset.id),
                "runs": experiment.run_count,
                "feedback": experiment.feedback_stats,
                "metadata": sorted(experiment.metadata),
            },
            "listed": [project.name for project in client.list_projects(reference_dataset_id=dataset.id)],
            "runs": sorted([run.inputs["question"], run.outputs, run.error, run.reference_example_id is not None] for run in runs),
            "feedback": sorted([item.key, item.score, item.comment] for item in feedback if item.key == "length"),
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
