"""A file of tests for `deepeval test run`: one passes, one fails."""

import deepeval
import pytest
from deepeval import assert_test
from deepeval.metrics import ExactMatchMetric
from deepeval.test_case import LLMTestCase


@pytest.mark.parametrize("question, answer", [("Capital of France?", "Paris"), ("Capital of Spain?", "Paris")])
def test_capitals(question, answer):
    expected = {"Capital of France?": "Paris", "Capital of Spain?": "Madrid"}[question]
    assert_test(LLMTestCase(input=question, actual_output=answer, expected_output=expected), [ExactMatchMetric()], run_async=False)


@deepeval.log_hyperparameters
def hyperparameters():
    return {"model": "gpt-4o-mini"}
