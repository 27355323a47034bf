"""Manifests read where no API server is: what a cluster refuses is refused here, and in plainer words.

The API server does three things before it validates, and so does this module, guided by the same schema: an
unknown field is an error (kubectl asks for that), a null in a typed object is as good as absent, a whole number
is an integer however it is spelt. Then the models judge, in strict mode: "5" is not 5.

Not used on objects that come from an API server: those were judged there, perhaps by a newer version, whose
fields an older operator must skip and not choke on.
"""

import functools
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from referee.api.collection import Collection
from referee.api.dataset import Dataset
from referee.api.evaluationjob import EvaluationJob
from referee.api.evaluator import Evaluator
from referee.api.names import API_VERSION
from referee.api.problem import problems_of, spelt, unknown_field
from referee.api.provider import Provider
from referee.api.structural import OPAQUE, Schema, structural

Resource = EvaluationJob | Provider | Collection | Evaluator | Dataset

KINDS: dict[str, type[Resource]] = {
    "EvaluationJob": EvaluationJob,
    "Provider": Provider,
    "Collection": Collection,
    "Evaluator": Evaluator,
    "Dataset": Dataset,
}

_METADATA = (
    *("annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers"),
    *("generateName", "generation", "labels", "managedFields", "name", "namespace", "ownerReferences"),
    *("resourceVersion", "selfLink", "uid"),
)
_EXACT = 2**53
"""Up to here a float that is whole is the integer that was written."""


class ManifestError(Exception):
    """A manifest that a cluster would refuse.

    Attributes:
        problems: one sentence each: which object, which field, what is wrong, what to do.
    """

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse(document: Mapping[str, Any]) -> Resource:
    """The resource that a document describes.

    Args:
        document: one YAML or JSON document, as plain data. A status in it is dropped, as at create.

    Raises:
        ManifestError: with everything that is wrong with it.
    """
    kind, label = _kind(document), _label(document)
    reader = _Reader(_schema(kind))
    sent = reader.read(document)
    sent.pop("status", None)
    problems = reader.problems
    try:
        resource = kind.model_validate_json(json.dumps(sent), strict=True)
    except ValidationError as error:
        said = {path for path, _ in problems}
        problems += [problem for problem in problems_of(error) if problem[0] not in said]
    if problems:
        raise ManifestError([f"{label}: {path}: {said}" if path else f"{label}: {said}" for path, said in problems])
    return resource


def _kind(document: Mapping[str, Any]) -> type[Resource]:
    given, version = document.get("kind"), document.get("apiVersion")
    known = f"Referee reads {', '.join(KINDS)} of {API_VERSION}"
    if not isinstance(given, str) or given not in KINDS:
        raise ManifestError([f"{_label(document)}: kind: {given!r} is none of ours; {known}"])
    if version != API_VERSION:
        raise ManifestError([f"{_label(document)}: apiVersion: {version!r} is not ours; {known}"])
    return KINDS[given]


def _label(document: Mapping[str, Any]) -> str:
    metadata = document.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return f"{document.get('kind') or 'document'} {name or '(without a name)'}"


@functools.cache
def _schema(kind: type[Resource]) -> Schema:
    schema = structural(kind)
    schema["properties"]["metadata"] = {"type": "object", "properties": dict.fromkeys(_METADATA, OPAQUE)}
    return schema


class _Reader:
    """One document on its way to what the API server sees before it validates.

    Attributes:
        problems: path and sentence of what it would not let pass.
    """

    def __init__(self, schema: Schema) -> None:
        self.problems: list[tuple[str, str]] = []
        self._schema = schema

    def read(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """The document as the API server sees it."""
        return self._object(document, self._schema, "")

    def _value(self, value: Any, schema: Schema, path: str) -> Any:  # noqa: ANN401 - JSON
        match value:
            case Mapping():
                return self._object(value, schema, path)
            case list():
                items = schema.get("items", OPAQUE)
                return [self._value(item, items, f"{path}[{number}]") for number, item in enumerate(value)]
            case float() if not math.isfinite(value):
                self.problems.append((path, f"{value} is not a number that JSON knows; give a finite one"))
                return None
            case float() if value.is_integer() and abs(value) < _EXACT:
                return int(value)
            case None | bool() | int() | float() | str():
                return value
            case _:
                self.problems.append((path, f"{str(value)!r} was read as a {type(value).__name__}; put it in quotes"))
                return None

    def _object(self, value: Mapping[Any, Any], schema: Schema, path: str) -> dict[str, Any]:
        fields: Schema | None = schema.get("properties")
        others = schema.get("additionalProperties", OPAQUE)
        sent = {}
        for key, child in value.items():
            name = key if isinstance(key, str) else json.dumps(key)
            here = f"{path}.{name}".lstrip(".")
            if fields is not None and name not in fields:
                elsewhere = list(_places(self._schema, spelt(name), ""))
                self.problems.append((here, unknown_field(name, list(fields), elsewhere)))
            elif child is not None or schema.keys() >= OPAQUE.keys():
                sent[name] = self._value(child, fields[name] if fields is not None else others, here)
        return sent


def _places(schema: Schema, name: str, path: str) -> Iterator[str]:
    """Every object in spec that has a field of that name."""
    for field, child in schema.get("properties", {}).items():
        here = f"{path}.{field}".lstrip(".")
        if field == name and path:
            yield path
        if here.startswith("spec"):
            yield from _places(child, name, here)
    if "items" in schema:
        yield from _places(schema["items"], name, f"{path}[]")
