"""Evaluations as DeepEval's users write them: test runs, an arena, conversations, datasets, prompts. Metrics run here; the judges are scripted.

usage: deepeval_evals.py RUN|CONVERSATION|ARENA|TRACED|IMAGE|DATASET|PROMPT|REFUSED. Prints JSON.
"""

import json
import re
import sys

from deepeval import evaluate
from deepeval.dataset import ConversationalGolden, EvaluationDataset, Golden
from deepeval.evaluate import AsyncConfig, DisplayConfig, ErrorConfig, compare
from deepeval.metrics import ArenaGEval, BaseConversationalMetric, BaseMetric, ExactMatchMetric, GEval, PatternMatchMetric
from deepeval.models import DeepEvalBaseLLM
from deepeval.prompt import Prompt
from deepeval.prompt.api import ModelSettings, PromptMessage
from deepeval.test_case import (
    ArenaTestCase,
    Contestant,
    ConversationalTestCase,
    LLMTestCase,
    MLLMImage,
    SingleTurnParams,
    ToolCall,
    Turn,
)
from deepeval.tracing import observe, update_current_span, update_current_trace

QUIET = DisplayConfig(show_indicator=False, print_results=False, inspect_after_run=False)
SYNC = AsyncConfig(run_async=False)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


class Judge(DeepEvalBaseLLM):
    """A judge that always says the same."""

    def load_model(self):
        return self

    def generate(self, prompt, schema=None):
        answers = {
            "steps": ["Read both."],
            "score": 7,
            "reason": "Polite, but short.",
            "winner": "",
            "rewritten_reason": "The first one was better.",
        }
        if schema is None:
            return json.dumps(answers)
        if "winner" in schema.model_fields:
            # The contestants are renamed; whoever says "Hello!" wins.
            answers["winner"] = re.search(r'"(\w+)": "\{[^}]*Hello!', prompt)[1]
        return schema(**{name: answers[name] for name in schema.model_fields})

    async def a_generate(self, prompt, schema=None):
        return self.generate(prompt, schema)

    def get_model_name(self):
        return "scripted-judge"


class Words(BaseMetric):
    """Words of the answer, of ten."""

    def __init__(self, threshold=0.3):
        self.threshold, self.async_mode, self.evaluation_cost = threshold, False, 0.0025

    def measure(self, test_case, *args, **kwargs):
        words = len(test_case.actual_output.split())
        self.score, self.reason = words / 10, f"{words} words"
        self.success = self.score >= self.threshold
        return self.score

    async def a_measure(self, test_case, *args, **kwargs):
        return self.measure(test_case)

    def is_successful(self):
        return self.success

    @property
    def __name__(self):
        return "Words"


class Broken(Words):
    def measure(self, test_case, *args, **kwargs):
        raise RuntimeError("the metric broke")

    @property
    def __name__(self):
        return "Broken"


class Turns(BaseConversationalMetric):
    def __init__(self):
        self.threshold, self.async_mode = 2, False

    def measure(self, test_case, *args, **kwargs):
        self.score, self.success, self.reason = len(test_case.turns), True, "counted"
        return self.score

    async def a_measure(self, test_case, *args, **kwargs):
        return self.measure(test_case)

    def is_successful(self):
        return self.success

    @property
    def __name__(self):
        return "Turns"


def run():
    cases = [
        LLMTestCase(
            name="greeting",
            input="Say hello.",
            actual_output="Hello there, my friend.",
            expected_output="Hello there, my friend.",
            retrieval_context=["People say hello."],
            context=["Greetings"],
            tools_called=[ToolCall(name="greet", input_parameters={"who": "friend"})],
            expected_tools=[ToolCall(name="greet")],
            metadata={"area": "small talk"},
            tags=["polite"],
            completion_time=1.25,
            token_cost=0.0005,
        ),
        LLMTestCase(name="number", input="A number?", actual_output="Seven", expected_output="42"),
        LLMTestCase(name="phone", input="The phone number?", actual_output="Please call 555-0100 today.", expected_output="555-0100"),
    ]
    polite = GEval(
        name="Politeness",
        criteria="Is it polite?",
        evaluation_params=[SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT],
        model=Judge(),
        threshold=0.6,
        async_mode=False,
    )
    metrics = [ExactMatchMetric(), PatternMatchMetric(pattern=r".*\d{3}-\d{4}.*"), Words(), polite]
    broken = evaluate(cases[:1], [Broken()], identifier="broken", error_config=ErrorConfig(ignore_errors=True), async_config=SYNC, display_config=QUIET)
    result = evaluate(
        cases,
        metrics,
        hyperparameters={"model": "gpt-4o-mini", "temperature": 0.2, "system prompt": "Be brief."},
        identifier="nightly",
        async_config=SYNC,
        display_config=QUIET,
    )
    return {"link": result.confident_link, "id": result.test_run_id, "broken": broken.test_run_id}


def conversation():
    case = ConversationalTestCase(
        name="booking",
        scenario="Somebody books a flight.",
        expected_outcome="A flight is booked.",
        user_description="In a hurry.",
        turns=[
            Turn(role="user", content="I need a flight to Oslo."),
            Turn(role="assistant", content="Booked.", tools_called=[ToolCall(name="book", input_parameters={"to": "Oslo"})]),
        ],
    )
    result = evaluate([case], [Turns()], identifier="talks", async_config=SYNC, display_config=QUIET)
    return {"link": result.confident_link, "id": result.test_run_id}


def arena():
    def contestant(name, answer):
        return Contestant(name=name, hyperparameters={"model": name}, test_case=LLMTestCase(input="Say hello.", actual_output=answer))

    cases = [ArenaTestCase(contestants=[contestant("model-a", "Hello!"), contestant("model-b", "Hi.")])]
    metric = ArenaGEval(
        name="Friendly",
        criteria="Which is friendlier?",
        evaluation_params=[SingleTurnParams.INPUT, SingleTurnParams.ACTUAL_OUTPUT],
        model=Judge(),
        async_mode=False,
    )
    compare(test_cases=cases, metric=metric, name="friendly-arena")
    return {}


@observe(type="llm", model="gpt-4o-mini")
def answer(question):
    return "Paris."


@observe(type="agent", name="geographer", metrics=[Words(threshold=0.1)])
def geographer(question, expected):
    said = answer(question)
    case = LLMTestCase(input=question, actual_output=said, expected_output=expected)
    update_current_trace(thread_id="exam", user_id="examiner", test_case=case)
    update_current_span(test_case=case)
    return said


def traced():
    dataset = EvaluationDataset(goldens=[Golden(input="Capital of France?", expected_output="Paris."), Golden(input="And of Spain?", expected_output="Madrid.")])
    for golden in dataset.evals_iterator(metrics=[ExactMatchMetric()], identifier="geography", async_config=SYNC, display_config=QUIET):
        geographer(golden.input, golden.expected_output)
    return {}


def image():
    picture = MLLMImage(dataBase64=PIXEL, mimeType="image/png")
    case = LLMTestCase(name="dot", input=f"What is in {picture}?", actual_output="A dot.", expected_output="A dot.")
    result = evaluate([case], [Words(threshold=0.1)], identifier="pictures", async_config=SYNC, display_config=QUIET)
    return {"id": result.test_run_id, "image": picture._id}


def dataset():
    goldens = [
        Golden(
            input="Capital of France?",
            expected_output="Paris",
            context=["Europe"],
            retrieval_context=["France is a country."],
            additional_metadata={"level": 1},
            comments="easy",
            tools_called=[ToolCall(name="look_up", input_parameters={"q": "France"})],
            custom_column_key_values={"area": "geo"},
        ),
        Golden(input="And of Spain?", expected_output="Madrid"),
    ]
    EvaluationDataset(goldens=goldens).push("capitals")
    EvaluationDataset().queue("capitals", [Golden(input="Queued?")])
    pulled = EvaluationDataset()
    pulled.pull("capitals")
    queued = EvaluationDataset()
    queued.pull("capitals", finalized=False)
    version = EvaluationDataset().create_version("capitals", _verbose=False)
    changed = pulled.goldens[1]
    changed.expected_output = "Madrid, of course"
    pulled.update_golden(changed)
    pulled.delete_golden(pulled.goldens[0])
    after = EvaluationDataset()
    after.pull("capitals")
    before = EvaluationDataset()
    before.pull("capitals", version=version)
    tried = EvaluationDataset()
    tried.pull("capitals", auto_convert_goldens_to_test_cases=True)
    for case in tried.test_cases:
        case.actual_output = "Madrid, of course"
    run = evaluate(
        tried.test_cases,
        [ExactMatchMetric()],
        async_config=SYNC,
        display_config=QUIET,
    )
    talks = EvaluationDataset(goldens=[ConversationalGolden(scenario="Somebody books a flight.", expected_outcome="Booked.", turns=[Turn(role="user", content="Hi")])])
    talks.push("talks")
    talked = EvaluationDataset()
    talked.pull("talks")
    return {
        "pulled": [golden.model_dump(by_alias=True, exclude_none=True) for golden in pulled.goldens],
        "queued": [golden.input for golden in queued.goldens],
        "after": [golden.expected_output for golden in after.goldens],
        "before": [golden.expected_output for golden in before.goldens],
        "version": version,
        "versions": [known.version for known in EvaluationDataset().get_versions("capitals")],
        "run": run.test_run_id,
        "dataset": after._id,
        "talks": [golden.model_dump(by_alias=True, exclude_none=True) for golden in talked.goldens],
    }


def prompt():
    greeting = Prompt(alias="greeting", text_template="Hello {name}!", model_settings=ModelSettings(temperature=0.5, max_tokens=20))
    greeting.push(_verbose=False)
    Prompt(alias="greeting").push(text="Hi {name}!", _verbose=False)
    chat = Prompt(alias="chat", messages_template=[PromptMessage(role="system", content="You are {role}."), PromptMessage(role="user", content="Hi")])
    chat.push(_verbose=False)
    newest, first, again = Prompt(alias="greeting"), Prompt(alias="greeting"), Prompt(alias="greeting")
    newest.pull()
    first.pull(version="1")
    again.pull(hash=first.hash)
    pulled_chat = Prompt(alias="chat")
    pulled_chat.pull()
    return {
        "newest": newest.interpolate(name="Ann"),
        "first": first.interpolate(name="Ann"),
        "settings": first.model_settings.model_dump(exclude_none=True),
        "again": again.text_template,
        "versions": [known.version for known in greeting._get_versions()],
        "commits": len(greeting._get_commits()),
        "version": newest.create_version(_verbose=False),
        "branches": [branch.name for branch in newest.get_branches()],
        "chat": pulled_chat.interpolate(role="a pirate"),
    }


def refused():
    """What this server does not do is said by the SDK in the server's words."""
    said = {}
    for name, ask in {
        "collection": lambda: evaluate([LLMTestCase(input="a", actual_output="b")], metric_collection="mine"),
        "upload": lambda: GEval(name="m", criteria="c", evaluation_params=[SingleTurnParams.INPUT], model=Judge()).upload(),
        "branch": lambda: Prompt(alias="greeting").create_branch("mine"),
        "dataset": lambda: EvaluationDataset().pull("nowhere"),
        "prompt": lambda: Prompt(alias="nobody").pull(),
    }.items():
        try:
            ask()
            said[name] = None
        except Exception as error:
            said[name] = str(error)
    return said


if __name__ == "__main__":
    wanted = {"RUN": run, "CONVERSATION": conversation, "ARENA": arena, "TRACED": traced, "IMAGE": image, "DATASET": dataset, "PROMPT": prompt, "REFUSED": refused}
    print("RESULT " + json.dumps(wanted[sys.argv[1]]()))
