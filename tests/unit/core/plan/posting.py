"""What others post for an evaluation, as the gateway says it on the EvaluationJob; and results that wait for it."""

import json
from dataclasses import replace
from typing import Any

from referee.api.names import ANNOTATION_STORE_REVISION
from referee.core.result import ReportedMetric, Result, Samples
from tests.unit.core.world import World

PEOPLE = {"name": "people", "type": "Human", "human": {}, "score": {"type": "Boolean"}}
WHOLE = Result("Completed", (ReportedMetric("score", 0.5, 0.1, 2),), Samples(total=2, scored=2, errors=0, unscored=0))
HALF = replace(WHOLE, samples=Samples(total=2, scored=2, errors=0, unscored=0, pending=2))


def post(world: World, **said: Any) -> None:
    """As the gateway says it on the EvaluationJob."""
    outputs = said.get("outputs", 2)
    known = {
        "revision": 1,
        "outputs": outputs,
        "outputsComplete": outputs == 2,
        "told": said.get("pending") == 0,
        "scores": 0,
        "pending": None,
        "last": world.now.isoformat(),
    }
    metadata = world.job.metadata
    annotations = {**metadata.annotations, ANNOTATION_STORE_REVISION: json.dumps(known | said)}
    world.job = world.job.model_copy(update={"metadata": metadata.model_copy(update={"annotations": annotations})})


def an_attempt(world: World, result: Result) -> None:
    """One attempt runs, reports and is over."""
    world.settle()
    world.runs()
    world.settle()
    world.reports(result)
    world.ends()
    world.settle()
