"""The results directory: one run writes, earlier ones are moved aside, nothing is written over."""

from pathlib import Path

import pytest

from referee.local.errors import Busy, LocalError
from referee.local.results import Results


def test_an_earlier_run_is_kept_beside_the_new_one(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        results = Results.open(tmp_path / "capitals")
        (results.path / "kept").write_text(content)
        results.close()

    newest, *earlier = sorted(tmp_path.iterdir())
    assert newest.name == "capitals"
    assert (newest / "kept").read_text() == "third"
    assert {(path / "kept").read_text() for path in earlier} == {"first", "second"}
    assert all(path.name.startswith("capitals@") for path in earlier)


def test_a_run_that_is_going_on_is_not_disturbed(tmp_path: Path) -> None:
    first = Results.open(tmp_path / "capitals")
    with pytest.raises(Busy, match="another run of a job of this name is going on"):
        Results.open(tmp_path / "capitals")
    assert first.path.exists()
    first.close()
    Results.open(tmp_path / "capitals").close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match="name another directory with --results"):
        Results.open(tmp_path / "file" / "capitals")
