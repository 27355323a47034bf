"""Drawings: round ticks, every value in exactly one bar, marks where their values are, and words for each mark."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee.report.svg.bars import bars
from referee.report.svg.histogram import bins, histogram
from referee.report.svg.intervals import Mark, intervals
from referee.report.svg.parts import fitting

_NUMBERS = st.floats(-1e9, 1e9).map(lambda x: round(x, 6))


@given(st.lists(_NUMBERS, min_size=1, max_size=200))
def test_every_value_is_in_exactly_one_bar(values: list[float]) -> None:
    edges, counts = bins(values)
    assert sum(counts) == len(values)
    assert len(edges) == len(counts) + 1
    assert edges[0] <= min(values)
    assert max(values) <= edges[-1] + 1e-9 * abs(edges[-1])


@given(st.lists(st.floats(0, 1), min_size=2, max_size=100))
def test_the_bars_hold_what_numpy_counts_between_the_same_edges(values: list[float]) -> None:
    edges, counts = bins([round(v, 3) + 0.0005 for v in values], (0.0, 1.001))
    expected, _ = np.histogram([round(v, 3) + 0.0005 for v in values], edges)
    assert abs(np.array(counts) - expected).sum() <= 2  # a value on an edge falls to either side by its last digit


def test_a_scale_of_a_few_whole_numbers_has_a_bar_for_each() -> None:
    assert bins([1, 5, 5, 3], (1, 5)) == ([0.5, 1.5, 2.5, 3.5, 4.5, 5.5], [1, 0, 1, 0, 2])


@pytest.mark.parametrize(
    ("values", "edges"), [([2.5, 2.5], [2.25, 2.75]), ([0.0, 5e-324], [-0.1, 0.1]), ([1e300, 1e300], [9e299, 1.1e300])]
)
def test_equal_values_are_one_bar(values: list[float], edges: list[float]) -> None:
    found, counts = bins(values)
    assert found == pytest.approx(edges)
    assert counts == [2]


@given(_NUMBERS, st.floats(1e-6, 1e9))
def test_ticks_are_round_few_and_inside(one: float, width: float) -> None:
    axis = fitting([one, one + width], 0, 100)
    low, width, ticks = axis.low, axis.high - axis.low, axis.ticks()
    assert len(ticks) <= 8
    assert all(low - width * 1e-3 <= tick <= low + width * 1.001 for tick in ticks)


@pytest.mark.parametrize(
    ("values", "ends"),
    [
        pytest.param([0.2, 0.9], (0, 1), id="shares have the whole of their scale"),
        pytest.param([1.0, 5.0], (0.8, 5.2), id="others a little room"),
        pytest.param([3.0], (2.7, 3.3), id="a lone value has room, too"),
    ],
)
def test_the_axis_fits_the_values(values: list[float], ends: tuple[float, float]) -> None:
    axis = fitting(values, 0, 1)
    assert (axis.low, axis.high) == pytest.approx(ends)


def test_a_mark_is_where_its_value_is_and_is_told_in_words() -> None:
    drawing = intervals("Gates", [Mark("exact", 0.5, 0.25, 0.75, 0.6, "Fail"), Mark("judge", 1.0, outcome="Pass")])
    root = ET.fromstring(drawing)  # noqa: S314 - ours
    title, description = root[0].text, root[1].text or ""
    assert title == "Gates"
    assert "exact: 0.500 [0.250, 0.750] against 0.6 (Fail)" in description
    bar = next(e for e in root.iter("line") if "interval" in (e.get("class") or ""))
    middle = (float(bar.get("x1") or 0) + float(bar.get("x2") or 0)) / 2
    corners = next(e.get("points") or "" for e in root.iter("polygon"))
    assert float(corners.split(",")[0]) == pytest.approx(middle)


def test_the_shape_tells_the_outcome_without_its_colour() -> None:
    shapes = {
        outcome: re.findall("<(polygon|circle)", intervals("x", [Mark("m", 0.5, outcome=outcome)]))
        for outcome in ("Pass", "Fail")
    }
    assert shapes == {"Pass": ["circle"], "Fail": ["polygon"]}


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><x y="', "]]>", "&lt;", "{{ 1 }}"])
def test_labels_are_text(text: str) -> None:
    for drawing in (intervals(text, [Mark(text, 1)]), bars(text, [(text, 1)]), histogram(text, [1.0])):
        root = ET.fromstring(drawing)  # noqa: S314 - ours
        assert root[0].text == text
        assert {e.tag for e in root.iter()} <= {
            *("svg", "title", "desc", "g", "line", "circle", "polygon", "rect", "text"),
        }
