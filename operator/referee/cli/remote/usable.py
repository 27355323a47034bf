"""Whether what the catalogue knows can be run here: purely, from the objects as they are offered."""

from collections.abc import Sequence
from dataclasses import dataclass

from referee.api.benchmark import BenchmarkRef
from referee.api.collection import Collection
from referee.api.conditions import Condition, ConditionType
from referee.api.provider import Provider
from referee.cli.remote.port import Offered
from referee.core.conditions import get
from referee.report import words


@dataclass(frozen=True, slots=True)
class Usable:
    """A Provider, and what keeps jobs from running it."""

    provider: Provider
    shared: bool
    obstacle: str | None
    """None: nothing is known against it."""


class Catalogue:
    """Every Provider that can be named."""

    def __init__(self, offered: Sequence[Offered]) -> None:
        found = [(Provider.model_validate(o.document), o.shared) for o in offered]
        self.providers = [Usable(provider, shared, _obstacle(provider)) for provider, shared in found]
        self._by_id = {usable.provider.id: usable for usable in self.providers}

    def obstacle(self, reference: BenchmarkRef) -> str | None:
        """What keeps a collection's benchmark from running here."""
        usable = self._by_id.get(reference.provider)
        if usable is None:
            return f"provider {reference.provider} is not known here"
        if reference.id not in {benchmark.id for benchmark in usable.provider.spec.benchmarks}:
            return f"provider {reference.provider} has no benchmark {reference.id}"
        return usable.obstacle

    def obstacles(self, collection: Collection) -> list[str]:
        """Of all its benchmarks, each once."""
        found = [self.obstacle(reference) for reference in collection.spec.benchmarks]
        said = [_condition(get(collection.status.conditions, ConditionType.READY)), *found]
        return list(dict.fromkeys(obstacle for obstacle in said if obstacle is not None))


def _obstacle(provider: Provider) -> str | None:
    if not provider.installed:
        return f"provider {provider.id} is known, but its adapter is not installed here"
    return _condition(get(provider.status.conditions, ConditionType.READY))


def _condition(ready: Condition | None) -> str | None:
    if ready is None or ready.status != "False":
        return None
    return f"{ready.reason}: {ready.message or words.sentence(ready.reason)}"
