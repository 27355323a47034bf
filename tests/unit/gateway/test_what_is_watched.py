"""Projections of what the API server has, also where it is not as the operator writes it."""

import json
from typing import Any

import pytest

from referee.core.result import digest
from referee.gateway.seen import job_of
from referee.gateway.watched import Planned, evaluation_of
from tests.contract.children.contract import RESULT

ENTRY = {"index": 1, "id": "arc", "provider": "harness", "primaryScore": {"metric": "acc"}}


def evaluation(plan: Any) -> dict[str, Any]:
    return {"metadata": {"uid": "u"}, "status": {"plan": plan}}


def test_a_plan_is_read_by_index() -> None:
    seen = evaluation_of(evaluation({"benchmarks": [ENTRY, {**ENTRY, "index": 3, "primaryScore": None}]}))

    assert seen.planned(1) == Planned("harness", "arc", "acc")
    assert seen.planned(3) == Planned("harness", "arc", None)
    assert seen.planned(0) is seen.planned(None) is None


@pytest.mark.parametrize("strange", ["text", None, {}, {**ENTRY, "index": "first"}, {**ENTRY, "primaryScore": "acc"}])
def test_what_no_operator_writes_does_not_hide_the_rest(strange: Any) -> None:
    assert evaluation_of(evaluation({"benchmarks": [strange, ENTRY]})).plan == ((1, Planned("harness", "arc", "acc")),)


@pytest.mark.parametrize("plan", [None, {}, "text", [], {"benchmarks": None}])
def test_without_a_plan_nothing_is_planned(plan: Any) -> None:
    assert evaluation_of(evaluation(plan)).plan == ()


def job(**annotations: str) -> dict[str, Any]:
    named = {f"referee.dev/{name}": text for name, text in annotations.items()}
    return {"metadata": {"uid": "u", "annotations": named}, "spec": {}}


def test_a_result_is_known_by_its_digest_however_it_is_laid_out() -> None:
    for text in (json.dumps(RESULT), json.dumps(RESULT, indent=2, sort_keys=True)):
        assert job_of(job(result=text)).result == digest(RESULT)


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', "[" * 100_000])
def test_a_result_that_is_none_still_stands(text: str) -> None:
    assert job_of(job(result=text)).result is not None


def test_a_job_as_it_was_made_has_nothing() -> None:
    seen = job_of({"metadata": {"uid": "u"}, "spec": {}})

    assert (seen.evaluation, seen.index, seen.ended, seen.stopping, seen.active) == (None, None, False, False, False)
    assert (seen.result, seen.progress) == (None, None)
