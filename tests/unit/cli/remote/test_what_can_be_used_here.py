"""A catalogue knows more than an installation can run: each obstacle in a sentence."""

from typing import Any

from referee.api.collection import Collection
from referee.cli.remote.port import Offered
from referee.cli.remote.usable import Catalogue


def provider(name: str, **more: Any) -> Offered:
    spec = {"adapter": {"image": "i"}, "benchmarks": [{"id": "b"}], **more.pop("spec", {})}
    return Offered({"metadata": {"name": name}, "spec": spec, **more}, shared=False)


def collection(*members: tuple[str, str]) -> Collection:
    benchmarks = [{"provider": provider, "id": id_} for provider, id_ in members]
    return Collection.model_validate({"metadata": {"name": "c"}, "spec": {"benchmarks": benchmarks}})


def test_what_is_known_to_be_in_the_way() -> None:
    broken = {"type": "Ready", "status": "False", "reason": "ParametersSchemaInvalid", "message": "no schema"}
    unusable = {"conditions": [{**broken, "lastTransitionTime": "2026-01-01T00:00:00Z"}]}
    catalogue = Catalogue(
        [
            provider("good"),
            provider("bare", spec={"adapter": None}),
            provider("broken", status=unusable),
        ]
    )

    assert [usable.obstacle for usable in catalogue.providers] == [
        None,
        "provider bare is known, but its adapter is not installed here",
        "ParametersSchemaInvalid: no schema",
    ]
    members = (("good", "b"), ("good", "x"), ("bare", "b"), ("none", "b"), ("none", "c"))
    assert catalogue.obstacles(collection(*members)) == [
        "provider good has no benchmark x",
        "provider bare is known, but its adapter is not installed here",
        "provider none is not known here",
    ]
    assert catalogue.obstacles(collection(("good", "b"))) == []
