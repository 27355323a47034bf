"""Runs that are over, as their results directories keep them: what a baseline, or another run's outputs, refers to."""

from collections.abc import Iterator
from pathlib import Path

import yaml
from pydantic import ValidationError

from referee.api.evaluationjob import EvaluationJob
from referee.local.results import RESOURCE_FILE


def records(results: Path) -> Iterator[EvaluationJob]:
    """Every record under a results directory that this version can read; of one name the newest first."""
    if not results.is_dir():
        return
    # `@` and the time follow the name of an earlier run: backwards, but the newest has neither and comes first
    for directory in sorted(results.iterdir(), key=_newest_first):
        try:
            document = yaml.safe_load((directory / RESOURCE_FILE).read_text(encoding="utf-8"))
            yield EvaluationJob.model_validate(document)
        except (OSError, ValueError, yaml.YAMLError, ValidationError):
            continue


def _newest_first(directory: Path) -> tuple[str, bool, tuple[int, ...]]:
    name, _, time = directory.name.partition("@")
    return name, bool(time), tuple(-ord(character) for character in time)
