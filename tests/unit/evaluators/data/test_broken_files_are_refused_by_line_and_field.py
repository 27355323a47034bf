import tracemalloc
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from referee_evaluators.data import DataError, Dataset
from tests.unit.evaluators.data.files import dataset, written

GOOD = '{"id":"%s","input":"x"}\n'

BROKEN: dict[str, tuple[str, str | bytes, list[str]]] = {
    "no JSON": ("d.jsonl", GOOD % "a" + "{'id': 'b'}\n", ["d.jsonl line 2: not JSON at column 2"]),
    "a cut line": ("d.jsonl", "\n" + GOOD % "a" + '{"id":"b","in', ["d.jsonl line 3: not JSON at column"]),
    "a list": ("d.jsonl", '["x"]\n', ["d.jsonl line 1: must be an object, not ['x']"]),
    "a field that stands twice": (
        "d.jsonl",
        GOOD % "a" + '{"input":"x","input":"y"}\n',
        ["d.jsonl line 2: field 'input' stands twice in one object"],
    ),
    "a tower": ("d.jsonl", '{"input":' + "[" * 100_000 + "]" * 100_000 + "}\n", ["d.jsonl line 1: nested too deeply"]),
    "NaN": ("d.jsonl", '{"input":"x","target":NaN}\n', ["d.jsonl line 1: NaN is no number of JSON's"]),
    "a number beyond all": ("d.jsonl", '{"input":"x","target":1e999}\n', ["line 1, field target: holds NaN or an inf"]),
    "conflicting names": (
        "d.jsonl",
        GOOD % "a" + "\n" + '{"question":"x","input":"y"}\n',
        ["d.jsonl line 3, field input: columns 'question' and 'input' both give it"],
    ),
    "bytes": ("d.jsonl", (GOOD % "a").encode() + b'{"input":"caf\xe9"}\n', ["d.jsonl line 2: byte 14 is no UTF-8"]),
    "UTF-16": ("d.jsonl", (GOOD % "a").encode("utf-16"), ["d.jsonl line 1: the file is UTF-16: save it as UTF-8"]),
    "several": (
        "d.jsonl",
        GOOD % "a" + "{}\n" + "x\n" + '{"input":"x","output":1}\n' + GOOD % "a",
        ["line 2, field input", "line 3: not JSON", "line 4, field output", "line 5, field id: 'a' is also the id of"],
    ),
    "duplicates": (
        "d.jsonl",
        GOOD % "a" + "\n" + GOOD % "b" + GOOD % "a" + GOOD % "a",
        [
            "d.jsonl line 4, field id: 'a' is also the id of d.jsonl line 1: change one",
            "d.jsonl line 5, field id: 'a' is also the id of d.jsonl line 1",
        ],
    ),
    "nothing": ("d.jsonl", "\n\n", ["d.jsonl holds no datapoint"]),
    "a table's row with a comma too many": (
        "d.csv",
        'id,input\na,"two\nlines"\nb,x,y\n',
        ["d.csv line 4: has 3 cells, and the header 2"],
    ),
    "a table's row with a cell too few": ("d.csv", "id,input\na\n", ["d.csv line 2: has 1 cells, and the header 2"]),
    "a stray quote": ("d.csv", 'id,input\na,"x"y\nb,z\n', ["d.csv line 2: not CSV"]),
    "a quote that is never closed": ("d.csv", 'id,input\na,x\nb,"y\nc,z\n', ["d.csv line 3: not CSV"]),
    "two columns of one name": ("d.csv", "id,input,id\na,x,b\n", ["d.csv line 1: two columns are called 'id'"]),
    "a column without a name": ("d.csv", "id,,input\na,x,b\n", ["d.csv line 1: column 2 has no name"]),
    "bytes inside a cell": ("d.csv", b'id,input\na,"x\ny\xff"\n', ["d.csv line 3: byte 2 is no UTF-8"]),
    "a cell that should be JSON": (
        "d.csv",
        "id,messages\na,x\nb,[1]\n",
        ["line 2, field messages", "line 3, field mess"],
    ),
    "an empty input": ("d.csv", "id,input\na,\n", ["d.csv line 2, field input: a datapoint needs"]),
    "a duplicate behind a cell of lines": (
        "d.csv",
        'id,input\na,"x\n\ny"\na,z\n',
        ["d.csv line 5, field id: 'a' is also the id of d.csv line 2"],
    ),
    "a header alone": ("d.csv", "id,input\n", ["d.csv holds no datapoint"]),
    "an array that is cut": ("d.json", '[{"id":"a","input":"x"},\n{"id":', ["d.json row 2: line 2: not JSON"]),
    "a row without a comma": (
        "d.json",
        '[{"id":"a","input":"x"}\n{"id":"b","input":"x"}]',
        ["d.json row 2: line 2: rows must have a comma between them; found '{'"],
    ),
    "a comma too many": ("d.json", '[{"id":"a","input":"x"},\n]', ["d.json row 2: line 2: not JSON: Expecting value"]),
    "a text": ("d.json", '"x"', ["d.json row 1: line 1: must be an array of objects"]),
    "an array of texts": ("d.json", '["x", {"input": "y"}]', ["d.json row 1: must be an object, not 'x'"]),
    "two arrays": ("d.json", '[{"input":"x"}]\n[{"input":"y"}]', ["row 2: line 2: the array ends before here"]),
    "lines that are called JSON": (
        "d.json",
        GOOD % "a" + GOOD % "b",
        ["an object without 'data'; if there is an object a"],
    ),
    "data that is an object": ("d.json", '{"data": {"input": "x"}}', ["row 1: line 1: must be an array of objects"]),
    "data twice": ("d.json", '{"data": [{"input":"x"}], "data": []}', ["field 'data' stands twice"]),
    "an object that goes on": ("d.json", '{"data": [{"input":"x"}] "n": 1}', ["the object must end behind its fields"]),
    "bytes in an array": (
        "d.json",
        b'[{"input":"x"},\n{"input":"caf\xe9"}]',
        ["line 2: holds bytes that are no UTF-8"],
    ),
    "an empty file": ("d.json", "", ["d.json row 1: line 1: ends before its '['"]),
    "an array without rows": ("d.json", "[]", ["d.json holds no datapoint"]),
    "an array's error deep inside": (
        "d.json",
        '[\n{"input": "x"},\n{"input": "y",\n "target": oops}]',
        ["d.json row 2: line 4: not JSON"],
    ),
    "an array's duplicate": (
        "d.json",
        '[{"id":1,"input":"x"},{"id":2,"input":"x"},{"id":"1","input":"x"}]',
        ["d.json row 3, field id: '1' is also the id of d.json row 1"],
    ),
    "no Parquet": ("d.parquet", "PAR0", ["d.parquet row 1: not readable as Parquet"]),
}


def refused(path: Path, **how: Any) -> list[str]:
    with pytest.raises(DataError) as caught:
        dataset(path, **how).survey()
    assert not caught.value.retryable
    assert caught.value.reason == "InvalidDataset"
    return caught.value.problems


@pytest.mark.parametrize(("name", "content", "says"), [pytest.param(*case, id=title) for title, case in BROKEN.items()])
def test_a_file_is_refused_with(tmp_path: Path, name: str, content: str | bytes, says: list[str]) -> None:
    problems = refused(written(tmp_path / name, content))
    assert len(problems) == len(says), problems
    for problem, expected in zip(problems, says, strict=True):
        assert expected in problem


def test_parquet_is_refused_by_row_and_column(tmp_path: Path) -> None:
    rows = [{"id": "a", "input": b"x"}, {"id": "b", "input": b"y"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "d.parquet")
    problems = refused(tmp_path / "d.parquet")
    assert problems[1].startswith("d.parquet row 2: column 'input': holds bytes")
    pq.write_table(pa.Table.from_pylist([{"id": "a", "input": "x"}] * 3), tmp_path / "d.parquet")
    assert "d.parquet row 3, field id: 'a' is also the id of d.parquet row 1" in refused(tmp_path / "d.parquet")[1]


def test_rows_in_the_job_spec_are_refused_by_place() -> None:
    with pytest.raises(DataError, match=r"inline\[1\], field input: a datapoint needs"):
        list(Dataset({"inline": [{"input": "x"}, {"id": "b"}]}, Path()))


def test_reading_ends_after_ten_problems(tmp_path: Path) -> None:
    path = written(tmp_path / "d.jsonl", "{}\n" * 1000)
    assert len(refused(path)) == 10
    with pytest.raises(DataError, match="reading ended there"):
        dataset(path).survey()


def test_ids_are_shared_across_files(tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        written(tmp_path / name, GOOD % "same")
    with pytest.raises(DataError, match=r"b.jsonl line 1, field id: 'same' is also the id of a.jsonl line 1"):
        Dataset({"files": {"path": str(tmp_path)}}, Path("/")).survey()


def test_a_numbered_id_that_another_row_was_given_is_refused() -> None:
    made = [point.id for point in Dataset({"inline": [{"input": "x"}, {"input": "x"}]}, Path())]
    assert made[1] == f"{made[0]}-2"
    rows = [{"input": "x"}, {"input": "x"}, {"id": made[1], "input": "y"}]
    with pytest.raises(DataError, match=f"id '{made[1]}' is given to one row, and made for another"):
        Dataset({"inline": rows}, Path()).survey()


@pytest.mark.parametrize(
    ("source", "files", "says"),
    [
        ({"path": "nowhere.jsonl"}, [], "is not there"),
        ({"path": "d.txt"}, ["d.txt"], "its format is not known by its name"),
        ({}, [], "holds no data file, but nothing"),
        ({}, ["README.md"], "holds no data file, but README.md"),
        ({}, ["a.csv", "b.jsonl"], r"holds files of several formats \(a.csv, b.jsonl\): name one, or a format"),
        ({"path": "d.jsonl", "mapping": {"question": "q"}}, ["d.jsonl"], "mapping, field question: is no field"),
    ],
)
def test_a_source_is_refused(tmp_path: Path, source: dict[str, Any], files: list[str], says: str) -> None:
    for name in files:
        written(tmp_path / name, "x")
    with pytest.raises(DataError, match=says):
        Dataset({"files": source}, tmp_path)


def test_an_endless_line_does_not_become_memory(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    tracemalloc.start()
    problems = refused(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problems == ["d.jsonl line 1: is longer than 16 MiB: is this the format that was named?"]
    assert peak < 64 * 1024 * 1024


def test_memory_is_eight_bytes_a_row(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        lines = (f'{{"id":"{at % (count - 1)}","input":"x"}}\n' for at in range(count))
        path = tmp_path / f"{count}.jsonl"
        with path.open("w") as file:
            file.writelines(lines)
        tracemalloc.start()
        assert refused(path)[0].startswith(f"{count}.jsonl line {count}, field id: '0' is also the id of")
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1_000)  # what is imported on the way stays, and is no row's
    # the hashes, what an array is longer than its content, and a few hashes at a time that are sorted as objects
    assert (peak(24_000) - peak(4_000)) / 20_000 < 20
