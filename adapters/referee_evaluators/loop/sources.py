"""Where datapoints come from: the dataset of the job, or what is kept of samples in a journal.

Both are iterated more than once, hold no row and know their size and digest beforehand. A journal's samples come in the
order of a hash of their ids, so that a run over them does not depend on who posted first.
"""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from referee.core.evaluation.datapoint import Datapoint, DatasetDigest
from referee_adapter import Context, Failure
from referee_evaluators.data import DataError, Dataset, chosen
from referee_evaluators.journal.past import Past
from referee_evaluators.spec import EvaluationSpec


class Source(Protocol):
    """Datapoints."""

    @property
    def count(self) -> int:
        """How many they are."""
        ...

    @property
    def size(self) -> int:
        """How many the whole dataset has, also where not all of it is taken."""
        ...

    @property
    def digest(self) -> str:
        """Of the whole dataset, also where not all of it is taken."""
        ...

    def __iter__(self) -> Iterator[Datapoint]:
        """All of them, in one order."""
        ...


@dataclass(frozen=True, slots=True)
class _Taken:
    """Those that the job asks for."""

    dataset: "Dataset | Samples"
    context: Context
    count: int
    size: int
    digest: str

    def __iter__(self) -> Iterator[Datapoint]:
        spec = self.context.spec
        how = spec.sampling
        return chosen(self.dataset, spec.num_examples, method=how.method, seed=how.seed, by=how.by)


class Samples:
    """The samples of a journal, as datapoints again."""

    def __init__(self, past: Past) -> None:
        """Count them."""
        self._past = past
        digest = DatasetDigest()
        self.count = 0
        for datapoint in self:
            digest.add(datapoint)
            self.count += 1
        self.digest = digest.text()

    def __iter__(self) -> Iterator[Datapoint]:
        for sample_id in self._past.sample_ids():
            record = self._past.of(sample_id, 1).record
            if record is not None:
                yield datapoint_of(record)


def datapoint_of(record: Mapping[str, Any]) -> Datapoint:
    """The datapoint that a sample is of."""
    return Datapoint(
        id=record["sample_id"],
        input=record.get("input"),
        messages=record.get("messages"),
        tools=record.get("tools"),
        target=record.get("target"),
        metadata=record.get("metadata") or {},
    )


def source_of(context: Context, evaluation: EvaluationSpec, past: Past, outputs: Past | None) -> Source:
    """The datapoints of a run.

    Raises:
        Failure: something in the dataset is wrong, or there is none.
    """
    try:
        if outputs is not None or "posted" in evaluation.dataset:
            samples = Samples(past if outputs is None else outputs)
            dataset: Dataset | Samples = samples
            count, digest = samples.count, samples.digest
        else:
            dataset = Dataset(evaluation.dataset, context.paths.test_data)
            survey = dataset.survey()
            count, digest = survey.count, survey.digest
            if evaluation.generation == "Recorded" and not survey.outputs:
                message = "generation is Recorded, and no datapoint has an output: name its column in file.mapping"
                raise Failure("OutputsMissing", message, retryable=False)
    except DataError as error:
        raise Failure("InvalidDataset", str(error), retryable=False) from error
    wanted = context.spec.num_examples
    return _Taken(dataset, context, count if wanted is None else min(count, wanted), count, digest)


def first(source: Source, number: int) -> list[Datapoint]:
    """The first few, to show."""
    return list(itertools.islice(source, number))
