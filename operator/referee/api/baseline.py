"""Against what a run is compared."""

from typing import Annotated, Literal

from pydantic import Field

from referee.api.base import Model, ObjectName, exactly_one_of


class LatestPassed(Model):
    """The newest finished run of this namespace that passed."""

    group: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    """Of this group; unset: the job's own. Another group is refused: it is not comparable."""
    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=128)]], Field(max_length=16)] = []
    """With all of these tags."""


class Baseline(Model):
    """An earlier run that this one must not be worse than; found and frozen at the start."""

    job_ref: ObjectName | None = None
    """An EvaluationJob of this namespace and group."""
    attempt: Annotated[int, Field(ge=1)] | None = None
    """Which of its attempts; unset: the last."""
    latest_passed: LatestPassed | None = None
    """Found by what it is, instead of by its name."""
    test: Literal["NonInferiority", "SignificantRegression", "Point"]
    """NonInferiority passes only what is shown to be no worse than maxRegression; SignificantRegression fails only what
    is shown to be worse; Point compares the two scores."""
    max_regression: Annotated[float, Field(ge=0, le=1)] = 0.02
    """On the normalised scale 0-1; of NonInferiority and Point."""
    min_matched: Annotated[float, Field(gt=0, le=1)] = 0.9
    """Share of the samples that both runs must have; with less the gate is Unknown."""

    rules = (exactly_one_of("job_ref", "latest_passed", remedy="name a job, or say how to find one"),)
