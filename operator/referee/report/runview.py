"""One run as everything that shows it sees it: the resource with its status, the adapters' results, the samples.

This is the seam. A results directory, a gateway and another tool's file each give a `RunView`, and the report, the
comparison and the tables know nothing else. Samples are read again each time they are asked for and never held
together: there may be a million of them.

Records come from whatever adapter ran, so reading them is tolerant: what has the wrong shape is shown as text, or is
not there; it never ends a report.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from referee.core.evaluation.slices import value_at
from referee.core.result import LARGEST

Document = Mapping[str, Any]

_ON_ONE_LINE = 100
"""Characters of JSON that are read as well without line breaks."""


_EPOCHS = 64
"""As many as a job may have; a record that claims more would make a table of any size."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run that can be looked at."""

    job: Document
    """The EvaluationJob with its status, as plain data."""
    results: Mapping[int, Document]
    """What each benchmark's adapter reported, by the benchmark's index; status alone counts for those that lack."""
    records: Callable[[], Iterator[Document]]
    """The samples' records, each time from the first one on."""
    origin: str
    """Where it was read from, for people."""

    @property
    def name(self) -> str:
        """The job's."""
        return text_of(mapping(self.job.get("metadata")).get("name")) or "(without a name)"

    @property
    def status(self) -> Document:
        """The job's."""
        return mapping(self.job.get("status"))

    @property
    def spec(self) -> Document:
        """The job's."""
        return mapping(self.job.get("spec"))

    def samples(self) -> Iterator["Sample"]:
        """The samples, each time from the first one on."""
        path = text_of(mapping(self.spec.get("evaluation")).get("clusterBy"))
        for record in self.records():
            cluster = value_at(mapping(record.get("metadata")), path) if path else None
            yield replace(sample_of(record), cluster=cluster)


@dataclass(frozen=True, slots=True)
class Score:
    """What one evaluator said of one sample."""

    evaluator: str
    outcome: str
    """scored, unscored, skipped or pending."""
    value: float | None = None
    label: str | None = None
    explanation: str | None = None
    cause: str | None = None
    error: str | None = None
    source: str = ""
    votes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of a run, its parts as text."""

    id: str
    epoch: int = 1
    benchmark: int = 0
    input: str = ""
    target: str | None = None
    output: str | None = None
    cause: str | None = None
    """Why there is no output."""
    error: str | None = None
    latency: float | None = None
    key: str | None = None
    """Of input and target: two runs' samples are the same question where it agrees."""
    metadata: str | None = None
    cluster: str | None = None
    """What it has at the job's clusterBy."""
    scores: tuple[Score, ...] = ()


def sample_of(record: Document) -> Sample:
    """A record as a sample; of an adapter that names its fields otherwise, as far as they can be told."""
    error = mapping(record.get("error"))
    failed = record.get("error") is not None or record.get("outcome") == "unscored"
    said = error.get("message") if error else record.get("error")
    return Sample(
        id=_identity(record),
        epoch=min(max(_whole(record.get("epoch"), 1), 1), _EPOCHS),
        benchmark=_whole(record.get("benchmark_index"), 0),
        input=_input(record),
        target=text_of(record.get("target")),
        output=_output(record),
        cause=text_of(error.get("cause") if error else record.get("cause")) if failed else None,
        error=text_of(said) if failed else None,
        latency=number_of(record.get("latency")),
        key=text_of(record.get("key")),
        metadata=text_of(record.get("metadata") or None),
        scores=tuple(_scores(record.get("scores"))),
    )


def text_of(value: object) -> str | None:
    """A text as it is, anything else as JSON; None is no text."""
    if value is None or isinstance(value, str):
        return value
    short = json.dumps(value, ensure_ascii=False, default=str)
    return short if len(short) <= _ON_ONE_LINE else json.dumps(value, ensure_ascii=False, indent=1, default=str)


def number_of(value: object) -> float | None:
    """A finite number; everything else is none. True and False are 1 and 0, as evaluators mean them."""
    if not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if abs(found) <= LARGEST else None


def mapping(value: object) -> Document:
    """The value if it is an object; else an empty one."""
    return value if isinstance(value, Mapping) else {}


def objects(value: object) -> list[Document]:
    """The objects of a list; of anything else none."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []


def _identity(record: Document) -> str:
    """As the gateway tells samples apart."""
    if record.get("sample_id") is not None:
        return str(record["sample_id"])
    which = record.get("index", record.get("id"))
    parts = (record.get("subset"), which, record.get("filter"))
    return "/".join(str(part) for part in parts if part is not None)


def _input(record: Document) -> str:
    messages = objects(record.get("messages"))
    given = record.get("input")
    if messages and not given:
        return "\n\n".join(f"[{text_of(m.get('role'))}] {text_of(m.get('content')) or ''}" for m in messages)
    while isinstance(given, list) and len(given) == 1:  # how the harness wraps a request
        given = given[0]
    return text_of(given) or ""


def _output(record: Document) -> str | None:
    if record.get("output") is not None:
        return text_of(record["output"])
    return text_of(record.get("outputMessage"))


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _scores(given: object) -> Iterator[Score]:
    """The list that Referee's adapters write, or the harness's object of metrics."""
    if isinstance(given, Mapping):
        for name, value in given.items():
            found = number_of(value)
            yield Score(str(name), "unscored" if found is None else "scored", found)
    for entry in objects(given):
        value, votes = number_of(entry.get("value")), entry.get("votes")
        outcome = entry.get("outcome") or ("unscored" if entry.get("error") is not None else "scored")
        yield Score(
            evaluator=text_of(entry.get("evaluator")) or "",
            outcome=str(outcome),
            value=value,
            label=text_of(entry.get("label")),
            explanation=text_of(entry.get("explanation")),
            cause=text_of(entry.get("cause")),
            error=text_of(entry.get("error")),
            source=text_of(entry.get("source")) or "",
            votes=tuple(text_of(vote) or "" for vote in votes) if isinstance(votes, list) else (),
        )
