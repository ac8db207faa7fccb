"""Our costs are those of LiteLLM and of pydantic's genai-prices, to the micro-dollar, or the difference is in the reviewed list."""

import json
import os
import pathlib
import subprocess
from collections import Counter, defaultdict
from decimal import Decimal

import pytest
import reviewed

HERE = pathlib.Path(__file__).parent
CASES = {"litellm": 14_000, "genai": 7_000}
# Half a micro-dollar either way: what is equal when rounded to one, whichever way the oracle's floats fell.
EQUAL = Decimal("0.0000005")


@pytest.fixture(scope="session")
def cases(tmp_path_factory):
    output = tmp_path_factory.mktemp("oracles") / "cases.jsonl"
    python = pathlib.Path(os.environ["TELLTALE_ORACLES"]) / "venv/bin/python"
    subprocess.run([python, HERE / "oracles.py", output, *map(str, CASES.values())], check=True, stdout=subprocess.DEVNULL)
    return [json.loads(line) for line in output.read_text().splitlines()]


@pytest.fixture(scope="session")
def table(cases):
    site = next((pathlib.Path(os.environ["TELLTALE_ORACLES"]) / "venv").glob("lib/python*/site-packages/litellm"))
    return json.loads((site / "model_prices_and_context_window_backup.json").read_text())


@pytest.fixture(scope="session")
def answers(cases):
    text = "".join(json.dumps(call(case)) + "\n" for case in cases)
    run = subprocess.run([os.environ["TELLTALE_PRICER"]], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def call(case):
    attributes = {
        "service_tier": case["tier"],
        "usage.inference_geo": case.get("geo"),
        "usage.speed": case.get("speed"),
        "server.address": case.get("host"),
    }
    return {
        "provider": case["provider"],
        "model": case["key"],
        "kind": case["kind"],
        "at": case["at"] * 10**9,
        "usage": case["usage"],
        "attributes": {name: value for name, value in attributes.items() if value},
    }


def equal(ours, theirs):
    if ours is None or theirs is None:
        return ours is theirs
    return abs(Decimal(ours) - Decimal(theirs)) <= EQUAL


def test_every_cost_is_equal_or_explained(cases, answers, table):
    assert len(answers) == len(cases) >= 20_000
    equals, seen, unexplained = Counter(), Counter(), defaultdict(list)
    for case, answer in zip(cases, answers):
        ours, theirs = answer["usd"], case.get("usd")
        if equal(ours, theirs):
            equals[case["oracle"]] += 1
            continue
        difference = reviewed.Difference(case, table, ours, theirs, answer["notes"])
        name = reviewed.reason_of(difference)
        seen[name] += 1
        if name is None:
            unexplained[case["provider"]].append((case["key"], case["tier"], case["usage"], ours, theirs or case["error"], answer["notes"]))
    print({"equal": dict(equals), "explained": dict(seen)})
    assert not unexplained, f"{sum(map(len, unexplained.values()))} differences have no reason: " + "\n".join(
        f"{provider}: {len(found)}, such as {found[0]}" for provider, found in sorted(unexplained.items())
    )
    asked = Counter(case["oracle"] for case in cases)
    assert equals["litellm"] > 0.9 * asked["litellm"] and equals["genai"] > 0.6 * asked["genai"]
    unseen = {reason.name for reason in reviewed.REASONS} - set(seen)
    assert not unseen, f"reasons that explain nothing any more: {unseen}"


def test_the_list_in_the_docs_is_the_list():
    text = (HERE.parent.parent / "docs/cost.md").read_text()
    missing = [reason.name for reason in reviewed.REASONS if f"| `{reason.name}` |" not in text]
    assert not missing, missing


def test_a_wrong_cost_would_be_seen():
    case = {"oracle": "litellm", "provider": "openai", "key": "gpt-4o-mini", "tier": None, "usage": {"input_uncached": 1}}
    assert not equal("0.000001", "0.000002") and equal("0.1000001", "0.1")
    assert reviewed.reason_of(reviewed.Difference(case, {}, "1", "2", [])) is None
