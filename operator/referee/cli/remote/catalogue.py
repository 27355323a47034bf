"""`referee providers` and `referee collections`: what can be run here, and what of it is only known by name."""

import sys
from collections.abc import Callable, Iterable, Sequence

from referee.api.benchmark import BenchmarkRef, PassCriteria
from referee.api.collection import Collection
from referee.cli import exit_codes
from referee.cli.remote.asking import ask
from referee.cli.remote.cluster import id_of
from referee.cli.remote.flags import Flags
from referee.cli.remote.port import Absent, Offered, Remote
from referee.cli.remote.shapes import dump, listed
from referee.cli.remote.tables import print_table
from referee.cli.remote.usable import Catalogue, Usable
from referee.report.numbers import NOTHING

_PROVIDERS = ("id", "title", "benchmarks", "runs here", "from")
_BENCHMARKS = ("id", "category", "samples", "metric", "passes")
_COLLECTIONS = ("id", "title", "category", "benchmarks", "runs here", "from")
_MEMBERS = ("provider", "benchmark", "weight", "samples", "metric", "passes", "runs here")


def providers(flags: Flags, id_: str | None, output: str) -> int:
    """Print every Provider, or one with its benchmarks."""

    async def work(remote: Remote) -> int:
        offered = await remote.providers()
        if id_ is None:
            rows = map(_provider_row, Catalogue(offered).providers)
            return _list(offered, output, lambda: print_table(_PROVIDERS, rows, ("benchmarks",)))
        one = _one(offered, id_, "Provider", remote)
        return _whole(one, output, lambda: _print_provider(Catalogue([one]).providers[0]))

    return ask(flags, work)


def collections(flags: Flags, id_: str | None, output: str) -> int:
    """Print every Collection, or one with its benchmarks."""

    async def work(remote: Remote) -> int:
        offered = await remote.collections()
        catalogue = Catalogue(await remote.providers() if output == "table" else ())
        if id_ is None:
            rows = (_collection_row(each, catalogue) for each in offered)
            return _list(offered, output, lambda: print_table(_COLLECTIONS, rows, ("benchmarks",)))
        one = _one(offered, id_, "Collection", remote)
        return _whole(one, output, lambda: _print_collection(one, catalogue))

    return ask(flags, work)


def _one(offered: Sequence[Offered], id_: str, kind: str, remote: Remote) -> Offered:
    found = next((each for each in offered if id_of(each.document) == id_), None)
    if found is None:
        known = ", ".join(sorted(id_of(each.document) for each in offered)) or "none"
        raise Absent(f"no {kind} {id_} can be named in {remote.place}; known: {known}")
    return found


def _list(offered: Sequence[Offered], output: str, table: Callable[[], None]) -> int:
    if output == "name":
        sys.stdout.writelines(f"{id_of(each.document)}\n" for each in offered)
    elif output == "table":
        table()
    else:
        sys.stdout.write(dump(listed([each.document for each in offered]), output))
    return exit_codes.OK


def _whole(offered: Offered, output: str, described: Callable[[], None]) -> int:
    if output == "name":
        sys.stdout.write(f"{id_of(offered.document)}\n")
    elif output == "table":
        described()
    else:
        sys.stdout.write(dump(offered.document, output))
    return exit_codes.OK


def _provider_row(usable: Usable) -> list[str]:
    spec = usable.provider.spec
    title = spec.title or spec.display_name or NOTHING
    return [usable.provider.id, title, str(len(spec.benchmarks)), _yes(usable.obstacle), _origin(shared=usable.shared)]


def _print_provider(usable: Usable) -> None:
    spec = usable.provider.spec
    _head(usable.provider.id, spec.title, spec.description, [usable.obstacle] if usable.obstacle else [])
    rows = []
    for benchmark in spec.benchmarks:
        size = NOTHING if benchmark.dataset_size is None else str(benchmark.dataset_size)
        metric = benchmark.primary_score.metric if benchmark.primary_score else NOTHING
        rows.append([benchmark.id, benchmark.category, size, metric, _criteria(benchmark.pass_criteria)])
    print_table(_BENCHMARKS, rows, ("samples",))


def _collection_row(offered: Offered, catalogue: Catalogue) -> list[str]:
    collection = Collection.model_validate(offered.document)
    spec = collection.spec
    able = [catalogue.obstacle(reference) is None for reference in spec.benchmarks]
    runs = "yes" if all(able) else f"{sum(able)} of {len(able)}" if any(able) else "no"
    origin = _origin(shared=offered.shared)
    return [collection.id, spec.title or NOTHING, spec.category, str(len(spec.benchmarks)), runs, origin]


def _print_collection(offered: Offered, catalogue: Catalogue) -> None:
    collection = Collection.model_validate(offered.document)
    spec = collection.spec
    _head(collection.id, spec.title, spec.description, catalogue.obstacles(collection))
    print_table(_MEMBERS, (_member(each, catalogue) for each in spec.benchmarks), ("weight", "samples"))
    if spec.pass_criteria is not None:
        sys.stdout.write(f"The weighted score passes from {spec.pass_criteria.threshold:g} on.\n")


def _member(reference: BenchmarkRef, catalogue: Catalogue) -> list[str]:
    return [
        reference.provider,
        reference.id,
        f"{reference.weight:g}",
        "all" if reference.num_examples is None else str(reference.num_examples),
        reference.primary_score.metric if reference.primary_score else NOTHING,
        _criteria(reference.pass_criteria),
        _yes(catalogue.obstacle(reference)),
    ]


def _head(id_: str, title: str | None, description: str | None, obstacles: Iterable[str]) -> None:
    sys.stdout.write(f"{id_}: {title}\n" if title else f"{id_}\n")
    if description:
        sys.stdout.write(f"{description}\n")
    sys.stdout.writelines(f"Cannot run here: {obstacle}\n" for obstacle in obstacles)


def _criteria(criteria: PassCriteria | None) -> str:
    return NOTHING if criteria is None else f"at {criteria.threshold:g}"


def _yes(obstacle: str | None) -> str:
    return "yes" if obstacle is None else "no"


def _origin(*, shared: bool) -> str:
    return "catalogue" if shared else "namespace"
