"""Results directories as `referee run` leaves them."""

import asyncio
import json
from pathlib import Path
from typing import Any

import yaml

from referee.store import RunRef, SampleRow, ScoreRow, Store
from tests.unit.report.runs import records, view

Json = dict[str, Any]


def results_directory(place: Path, name: str = "capitals-v2", samples: list[Json] | None = None, **spec: Any) -> Path:
    """A directory with a journal, its samples and scores in it, and the adapter's result."""
    run = view(samples, name, **spec)
    path = place / name
    (path / "0-1").mkdir(parents=True)
    (path / "evaluationjob.yaml").write_text(yaml.safe_dump(dict(run.job)), encoding="utf-8")
    (path / "0-1" / "result.json").write_text(json.dumps(run.results[0]), encoding="utf-8")
    asyncio.run(_keep(path, name, records() if samples is None else samples))
    return path


async def _keep(path: Path, name: str, samples: list[Json]) -> None:
    store = await Store.open(f"sqlite:///{path / 'journal.db'}", str(path / "journal-artifacts"))
    try:
        run = RunRef("team-a", name, "7d0c", "child", 0, 1)
        rows, scores = [], []
        for sample in samples:
            body = {field: value for field, value in sample.items() if field != "scores"}
            rows.append(SampleRow(sample["sample_id"], sample["epoch"], body))
            for score in sample["scores"]:
                told = {"source": "adapter", **score}
                scores.append(ScoreRow(sample["sample_id"], sample["epoch"], **told))
        await store.journal.put(run, rows, scores)
    finally:
        await store.close()
