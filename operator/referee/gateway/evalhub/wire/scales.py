"""What EvalHub leaves open and our verdict needs: how much a benchmark weighs, and on which scale.

EvalHub runs a benchmark of which nobody says which metric counts, and weighs scores as if all of them went from 0 to
1. Said in our words: such a benchmark has weight 0, and a primary score without a range that is to be weighed has the
range 0 to 1. What is added is marked in `extras`, so that a job's document repeats only what was asked for.
"""

from collections.abc import Iterator
from typing import Any

from referee.api.benchmark import BenchmarkRef
from referee.api.provider import CatalogueBenchmark
from referee.core.resolve import Catalogue
from referee.core.resolve.benchmarks import primary_of
from referee.gateway.evalhub.wire import extras

Manifest = dict[str, Any]
RANGE = [0, 1]


def completed(spec: Manifest, catalogue: Catalogue) -> Manifest:
    """The spec with weights and ranges added where they are needed.

    Every provider, benchmark and collection that it names must be in the catalogue.
    """
    entries = list(_entries(spec, catalogue))
    gated = "passCriteria" in spec or _collection_gated(spec, catalogue)
    weighed = []
    for entry in entries:
        offered = _offered(entry, catalogue)
        primary = None if offered is None else primary_of(BenchmarkRef.model_validate(entry.whole), offered)
        if primary is not None and entry.whole.get("weight", 1) > 0:
            weighed.append((entry, primary))
        elif primary is None and "weight" not in entry.own and not _gated(entry, offered):
            entry.add("weight", 0)
    if len(weighed) > 1 or gated:
        for entry, primary in weighed:
            if primary.range is None:
                entry.add("primaryScore", {**primary.wire(), "range": RANGE})
    return _marked(spec, entries)


class _Entry:
    """A benchmark: what it comes to, and the part of the spec where something can be added."""

    def __init__(self, whole: Manifest, own: Manifest, *, asked: bool = True) -> None:
        self.whole = whole
        self.own = own
        self.asked = asked
        """Whether `own` is in the spec already."""
        self.added: list[str] = []

    def add(self, field: str, value: object) -> None:
        if field not in self.own:
            self.added.append(field)
        self.own[field] = value


def _entries(spec: Manifest, catalogue: Catalogue) -> Iterator[_Entry]:
    if "collection" not in spec:
        yield from (_Entry(entry, entry) for entry in spec["benchmarks"])
        return
    use = spec["collection"]
    overrides = {(o["provider"], o["id"]): o for o in use.get("overrides", ())}
    collection = catalogue.collection(use["id"])
    for ref in collection.spec.benchmarks if collection is not None else ():
        own = overrides.get((ref.provider, ref.id))
        added = {"id": ref.id, "provider": ref.provider}
        yield _Entry({**ref.wire(), **(own or {})}, own or added, asked=own is not None)


def _offered(entry: _Entry, catalogue: Catalogue) -> CatalogueBenchmark | None:
    provider = catalogue.provider(entry.whole["provider"])
    offered = provider.spec.benchmarks if provider is not None else ()
    return next((benchmark for benchmark in offered if benchmark.id == entry.whole["id"]), None)


def _gated(entry: _Entry, offered: CatalogueBenchmark | None) -> bool:
    return "passCriteria" in entry.whole or (offered is not None and offered.pass_criteria is not None)


def _collection_gated(spec: Manifest, catalogue: Catalogue) -> bool:
    collection = catalogue.collection(spec["collection"]["id"]) if "collection" in spec else None
    return collection is not None and collection.spec.pass_criteria is not None


def _marked(spec: Manifest, entries: list[_Entry]) -> Manifest:
    """The spec with what was added, and a note of where that was."""
    if not any(entry.added for entry in entries):
        return spec
    marked = dict(spec)
    if "collection" in spec:
        given = spec["collection"].get("overrides", [])
        places = [*given, *(entry.own for entry in entries if entry.added and not entry.asked)]
        marked["collection"] = {**spec["collection"], "overrides": places}
    else:
        places = spec["benchmarks"]
    added = {str(at): entry.added for at, own in enumerate(places) for entry in entries if entry.own is own}
    noted = {at: fields for at, fields in added.items() if fields}
    return {**marked, "custom": extras.with_added(spec.get("custom", {}), noted)}
