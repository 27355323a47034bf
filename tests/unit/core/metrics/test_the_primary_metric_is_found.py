import pytest

from referee.api.conditions import Reason
from referee.core.result import ReportedMetric
from tests.unit.core.metrics.building import pairs, planned, read


@pytest.mark.parametrize(
    ("name", "reported", "found"),
    [
        ("acc", pairs(f1=0.1, acc=0.2), "acc"),
        ("acc", pairs(acc_norm__none=0.1, acc__none=0.2), "acc,none"),
        ("acc", pairs(acc__strict=0.2), "acc,strict"),
        ("acc,strict", pairs(acc__none=0.1, acc__strict=0.2), "acc,strict"),
        ("acc", pairs(acc__none=0.1, acc__strict=0.1, acc=0.2), "acc"),
        ("acc,none", pairs(acc=0.2), "acc"),
    ],
    ids=["its name", "no filter", "the only filter", "a named filter", "its very name first", "none is no filter"],
)
def test_by(name: str, reported: list[ReportedMetric], found: str) -> None:
    primary = read(*reported, plan=planned(name)).primary
    assert primary.reason is None
    assert primary.value is not None
    assert (primary.value.name, primary.value.value) == (found, 0.2)


def test_several_filters_are_ambiguous_and_listed() -> None:
    primary = read(*pairs(acc__none=0.1, acc__strict=0.2)).primary
    assert (primary.value, primary.reason) == (None, Reason.AMBIGUOUS_METRIC)
    assert primary.message == "'acc' was reported as acc,none, acc,strict: name one of them"


@pytest.mark.parametrize(
    ("reported", "listed"),
    [(pairs(acc_norm=0.1, f1=0.2), "acc_norm, f1"), ([], "none")],
    ids=["others were reported", "nothing was reported"],
)
def test_a_missing_one_is_said_with_what_there_is(reported: list[ReportedMetric], listed: str) -> None:
    primary = read(*reported).primary
    assert (primary.value, primary.reason) == (None, Reason.METRIC_MISSING)
    assert primary.message == f"'acc' is not among the reported metrics: {listed}"


def test_a_filter_is_never_chosen_for_a_named_one() -> None:
    assert read(*pairs(acc__none=0.1), plan=planned("acc,strict")).primary.reason is Reason.METRIC_MISSING


def test_nobody_named_one() -> None:
    assert read(*pairs(acc=0.1), plan=planned(None)).primary.reason is Reason.METRIC_MISSING
