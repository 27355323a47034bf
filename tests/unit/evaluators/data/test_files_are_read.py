"""What files hold, by hand: ends of lines, quotes, byte order marks, nesting, types of Parquet."""

import datetime as dt
import decimal
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from referee.core.evaluation.datapoint import Datapoint
from referee_evaluators.data import json_array, read
from tests.unit.evaluators.data.files import dataset, written

A, B = Datapoint("a", "x", target="1"), Datapoint("b", "y", target="2")

FILES: dict[str, tuple[str, str | bytes]] = {
    "lines": ("d.jsonl", '{"id":"a","input":"x","target":"1"}\n{"id":"b","input":"y","target":"2"}\n'),
    "lines without a last end": ("d.jsonl", '{"id":"a","input":"x","target":"1"}\n{"id":"b","input":"y","target":"2"}'),
    "lines with a mark, CRLF and empty ones": (
        "d.jsonl",
        '\ufeff\r\n{"id":"a","input":"x","target":"1"}\r\n\r\n  \r\n{"id":"b","input":"y","target":"2"}\r\n\r\n',
    ),
    "lines called ndjson": ("d.ndjson", '{"id":"a","input":"x","target":"1"}\n{"id":"b","input":"y","target":"2"}\n'),
    "an array": ("d.json", '[{"id":"a","input":"x","target":"1"},{"id":"b","input":"y","target":"2"}]'),
    "an array with a mark and space": (
        "d.json",
        '\ufeff \r\n[ \n{"id":"a","input":"x","target":"1"}\n ,\t{"id":"b",\r\n"input":"y","target":"2"}\n]\n\n',
    ),
    "data of an object, between other fields": (
        "d.json",
        """{"name": "d", "n": 1.5e3, "meta": {"data": []}, "data": [
        {"id":"a","input":"x","target":"1"}, {"id":"b","input":"y","target":"2"}], "end": [1, 2]}""",
    ),
    "a table": ("d.csv", "id,question,answer\na,x,1\nb,y,2\n"),
    "a table with a mark, CRLF, quotes and empty lines": (
        "d.csv",
        '\ufeff"id", input ,target\r\n\r\na,"x",1\r\n,,\r\nb,y,"2"\r\n,,',
    ),
    "a table whose columns are in another order": ("d.csv", "target,id,input\n1,a,x\n2,b,y"),
}


@pytest.mark.parametrize(("name", "content"), [pytest.param(*case, id=title) for title, case in FILES.items()])
def test_two_datapoints_are_read_from(tmp_path: Path, name: str, content: str | bytes) -> None:
    found = dataset(written(tmp_path / name, content))
    assert list(found) == [A, B]
    assert list(found) == [A, B]
    assert found.survey().count == found.survey().targets == 2


def test_cells_hold_lines_quotes_json_and_nothing(tmp_path: Path) -> None:
    content = (
        "id,input,target,output,messages,metadata,metadata.language,extra\n"
        'a,"two\r\nlines, ""quoted""",,,"[{""role"":""user"",""content"":""x\\n""}]","{""n"": 1}",en,\n'
        "b, 1e3 ,-0,\u00a0,,,,x\n"
    )
    assert list(dataset(written(tmp_path / "d.csv", content))) == [
        Datapoint(
            "a",
            'two\r\nlines, "quoted"',
            [{"role": "user", "content": "x\n"}],
            output="",
            metadata={"n": 1, "language": "en"},
        ),
        Datapoint("b", " 1e3 ", target="-0", output="\u00a0", metadata={"extra": "x"}),
    ]


def test_a_long_cell_is_read(tmp_path: Path) -> None:
    (found,) = dataset(written(tmp_path / "d.csv", "id,input\na," + "x" * 1_000_000 + "\n"))
    assert found.input == "x" * 1_000_000


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64])
def test_an_array_is_read_whatever_the_chunks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(json_array, "_CHUNK", chunk)
    content = (
        '\ufeff{"é":-12.5e1,"b":true,"data":[ {"id":"a","input":"é🗼\\n\\"]}","target":null} , '
        '{"id":12,"input":{"n":[1,{}]}}] , "c":{}}\n'
    )
    found = dataset(written(tmp_path / "d.json", content))
    assert list(found) == [Datapoint("a", 'é🗼\n"]}'), Datapoint("12", {"n": [1, {}]})]


def test_values_of_parquet_become_those_of_json(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": 1,
            "input": {"country": "France", "year": None},
            "target": decimal.Decimal("1.50"),
            "messages": [{"role": "user", "content": "x", "name": None}],
            "day": dt.date(2026, 1, 2),
            "at": dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC),
            "scores": [1.0, 2.5],
            "counts": None,
        },
        {"id": 2, "input": {"country": "Peru", "year": 3}, "counts": [("a", 1), ("b", None)]},
    ]
    table = pa.Table.from_pylist(
        rows,
        schema=pa.schema(
            [
                ("id", pa.int64()),
                ("input", pa.struct([("country", pa.string()), ("year", pa.int32())])),
                ("target", pa.decimal128(5, 2)),
                ("messages", pa.list_(pa.struct([(name, pa.string()) for name in ("role", "content", "name")]))),
                ("day", pa.date32()),
                ("at", pa.timestamp("us", tz="UTC")),
                ("scores", pa.list_(pa.float32())),
                ("counts", pa.map_(pa.string(), pa.int64())),
            ]
        ),
    )
    pq.write_table(table, tmp_path / "d.parquet")
    assert list(dataset(tmp_path / "d.parquet")) == [
        Datapoint(
            "1",
            {"country": "France"},
            [{"role": "user", "content": "x"}],
            target="1.50",
            metadata={"day": "2026-01-02", "at": "2026-01-02T03:04:05+00:00", "scores": [1.0, 2.5]},
        ),
        Datapoint("2", {"country": "Peru", "year": 3}, metadata={"counts": {"a": 1}}),
    ]


def test_a_directory_with_one_data_file_is_that_file(tmp_path: Path) -> None:
    written(tmp_path / "README.md", "# Capitals")
    (tmp_path / "..2026").mkdir()
    written(tmp_path / "..2026" / "d.jsonl", '{"id":"a","input":"x"}')
    (tmp_path / "d.jsonl").symlink_to("..2026/d.jsonl")  # as a ConfigMap is mounted
    assert [point.id for point in read({"files": {"path": str(tmp_path)}}, Path("/"))] == ["a"]


@pytest.mark.parametrize("path", ["/test_data", "/test_data/sub", "/test_data/sub/d.jsonl", "sub", "sub/d.jsonl", None])
def test_the_job_specs_place_is_wherever_test_data_lies(tmp_path: Path, path: str | None) -> None:
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub" / "d.jsonl", '{"id":"a","input":"x"}')
    assert [point.id for point in read({"files": {"path": path}}, tmp_path)] == ["a"]


def test_shards_are_read_in_the_order_of_their_names(tmp_path: Path) -> None:
    for at in (2, 0, 1):
        written(tmp_path / f"train-0{at}.jsonl", f'{{"id":"{at}","input":"x"}}\n')
    assert [point.id for point in read({"files": {}}, tmp_path)] == ["0", "1", "2"]


def test_a_format_chooses_among_files(tmp_path: Path) -> None:
    written(tmp_path / "info.json", "{}")
    written(tmp_path / "d.csv", "id,input\na,x\n")
    assert [point.id for point in read({"files": {"format": "CSV"}}, tmp_path)] == ["a"]


def test_rows_in_the_job_spec_are_read() -> None:
    rows = [{"id": "a", "question": "x", "answer": "1"}, {"id": "b", "input": "y", "target": "2"}]
    assert list(read({"inline": rows}, Path())) == [A, B]
