"""A cluster as the place of a job: what its report tells to do there."""

from collections.abc import Mapping
from dataclasses import dataclass

from referee.api.status import BenchmarkStatus


@dataclass(frozen=True, slots=True)
class RemotePlace:
    """Wherever the context leads."""

    name: str
    """The job's."""

    @property
    def remedies(self) -> Mapping[str, str]:
        """What to do there."""
        again = f"then run it again: referee rerun {self.name} --failed"
        return {
            "ModelUnreachable": f"let the namespace's pods reach spec.model.url (name, port, NetworkPolicy), {again}",
            "ModelUnauthorized": f"put a valid key into the Secret of spec.model.auth.secretRef, key api-key, {again}",
        }

    def log(self, benchmark: BenchmarkStatus) -> list[str]:
        """How to read it."""
        return [f"  log: referee logs {self.name} -b {benchmark.index}"] if benchmark.job_name else []

    @property
    def results(self) -> str:
        """How to see them again."""
        return f"referee results {self.name}"
