import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from referee.core.evaluation.datapoint import Datapoint
from referee.core.evaluation.inline import datapoints_of
from referee_evaluators.data import Dataset, read
from tests.unit.evaluators.data.files import WRITERS, dataset

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
"""CSV cannot tell an empty text from none."""
SCALAR = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
VALUE = st.recursive(SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3))
CHAT = st.lists(
    st.fixed_dictionaries({"role": st.sampled_from(["system", "user"]), "content": TEXT}), min_size=1, max_size=3
)
ROW = st.fixed_dictionaries(
    {"input": TEXT},
    optional={
        "target": TEXT,
        "messages": CHAT,
        "tools": st.lists(st.dictionaries(TEXT, VALUE, max_size=2), min_size=1, max_size=2),
        "output": TEXT,
        "metadata": st.dictionaries(TEXT, VALUE, min_size=1, max_size=3),
    },
)
ROWS = st.lists(ROW, min_size=1, max_size=6)


def held(rows: list[dict[str, Any]]) -> Dataset:
    return Dataset({"inline": rows}, Path())


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, named=st.booleans())
def test_files_hold_what_the_rows_say(rows: list[dict[str, Any]], *, named: bool) -> None:
    if named:
        rows = [{"id": f"row {at}", **row} for at, row in enumerate(rows)]
    if any("output" in row for row in rows):  # CSV cannot tell an empty output from none
        rows = [{"output": "", **row} for row in rows]
    assert list(datapoints_of(rows)) == list(held(rows))  # in a manifest as in a job spec
    expected, survey = list(held(rows)), held(rows).survey()
    with tempfile.TemporaryDirectory() as directory:
        for format_, write in WRITERS.items():
            found = dataset(write(Path(directory) / f"rows.{format_.lower()}", rows), format=format_)
            assert list(found) == expected, format_
            assert found.survey() == survey, format_


@settings(max_examples=50, deadline=None)
@given(rows=ROWS)
def test_what_is_read_can_be_written_and_read_again(rows: list[dict[str, Any]]) -> None:
    once = list(held(rows))
    again = list(held([point.wire() for point in once]))
    assert again == once
    assert len({point.id for point in once}) == len(once)


@settings(max_examples=50, deadline=None)
@given(rows=ROWS, data=st.data())
def test_order_changes_no_id(rows: list[dict[str, Any]], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(rows))
    assert sorted(p.id for p in held(rows)) == sorted(p.id for p in held(shuffled))
    by_id = {point.id: point.key for point in held(rows)}
    assert all(by_id[point.id] == point.key for point in held(shuffled))


@pytest.mark.parametrize("format_", WRITERS)
def test_format_is_known_by_the_name(tmp_path: Path, format_: str) -> None:
    path = WRITERS[format_](tmp_path / f"Rows.{format_.upper()}", [{"id": "a", "question": "x"}])
    assert list(read({"files": {"path": path.name}}, tmp_path)) == [Datapoint("a", "x")]
