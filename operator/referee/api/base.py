"""What all resource models share: camelCase on the wire, and rules that hold in two places at once.

A rule that a schema cannot express (exactly one of, a range across two fields) is written once as a `Rule`:
its CEL text goes into the CRD and is enforced by the API server, its Python predicate is enforced wherever a
manifest is read without one (`referee run`). Keeping the two beside each other is what keeps them alike; an
integration test applies each rule's counterexample to a real API server.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainValidator,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    model_serializer,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True, slots=True)
class Rule:
    """One cross-field rule of a model.

    Attributes:
        cel: the expression for `x-kubernetes-validations`; true means accepted.
        message: what is wrong and what to do, in one sentence.
        holds: the same as a predicate over the model; None for a transition rule, which needs the old object.
        field_path: which field of the model it is about, for example `.cancel`; empty: the model itself.
    """

    cel: str
    message: str
    holds: Callable[[Any], bool] | None = None
    field_path: str = ""

    def schema(self) -> dict[str, str]:
        """The entry of `x-kubernetes-validations`."""
        entry = {"rule": self.cel, "message": self.message}
        return entry | ({"fieldPath": self.field_path} if self.field_path else {})


class Model(BaseModel):
    """Base of everything that is part of a resource."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore", use_attribute_docstrings=True
    )
    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _obey_rules(self) -> Self:
        for rule in self.rules:
            if rule.holds is not None and not rule.holds(self):
                # The path travels apart, as in the API server's answer: pydantic itself points at the model.
                raise PydanticCustomError("rule", "{message}", {"message": rule.message, "path": rule.field_path})
        return self

    @model_serializer(mode="wrap")
    def _without_empty_fields(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Own fields that are None or empty say nothing; what stands inside a user's free-form map stays."""
        fields: dict[str, Any] = handler(self)
        return {
            name: value
            for name, value in fields.items()
            if value is not None and value != [] and (value != {} or self._says_by_being_there(name))
        }

    def _says_by_being_there(self, name: str) -> bool:
        """Whether a field, by either of its names, is a model without fields: `posted: {}` is a choice."""
        field = next((field for field in type(self).model_fields if name in (field, to_camel(field))), "")
        value = getattr(self, field, None)
        return isinstance(value, Model) and not type(value).model_fields

    def wire(self) -> dict[str, Any]:
        """The model as it is sent: camelCase, plain JSON types, nothing that is None or empty."""
        return self.model_dump(mode="json", by_alias=True)


def exactly_one_of(*fields: str, remedy: str) -> Rule:
    """A rule that exactly one of `fields` is set (names as in Python; the CEL uses their wire names)."""
    wire = [to_camel(f) for f in fields]
    return Rule(
        cel=f"[{', '.join(f'has(self.{f})' for f in wire)}].filter(x, x).size() == 1",
        message=f"exactly one of {', '.join(wire)} must be set: {remedy}",
        holds=lambda self: sum(getattr(self, f) is not None for f in fields) == 1,
    )


def immutable(field: str, *, of: str = "") -> Rule:
    """A transition rule that spec.`field` may be neither changed, added nor removed after creation.

    Args:
        field: the field's Python name.
        of: the wire name of the defaulted object that holds it; empty: the spec itself.
    """
    path = f"{of}.{to_camel(field)}" if of else to_camel(field)
    new, old = f"self.{path}", f"oldSelf.{path}"
    return Rule(
        cel=f"has({new}) == has({old}) && (!has({new}) || {new} == {old})",
        message=f"spec.{path} cannot change after creation: create another object, or delete and apply this one",
        field_path=f".{path}",
    )


@dataclass(frozen=True, slots=True)
class ListMap:
    """Metadata of a list whose items are told apart by keys: no duplicates, merged item by item.

    Attributes:
        keys: the fields' Python names.
    """

    keys: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401
        """Refuse a duplicate where there is no API server to do it."""
        return core_schema.no_info_after_validator_function(self._without_duplicates, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Tell the API server."""
        keys = [to_camel(key) for key in self.keys]
        return {**handler(schema), "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}

    def _without_duplicates(self, items: list[Any]) -> list[Any]:
        seen = set()
        for item in items:
            key = tuple(getattr(item, name) for name in self.keys)
            if key in seen:
                given = ", ".join(f"{to_camel(name)} {value!r}" for name, value in zip(self.keys, key, strict=True))
                raise ValueError(f"two entries have {given}: leave one of them out")
            seen.add(key)
        return items


def list_map(*keys: str) -> ListMap:
    """Metadata for `Annotated`: the items of this list are told apart by these fields (names as in Python)."""
    return ListMap(keys)


PRESERVE = {"x-kubernetes-preserve-unknown-fields": True}

FreeMap = Annotated[
    dict[str, Any],
    Field(max_length=64),
    WithJsonSchema({"type": "object", "maxProperties": 64, "additionalProperties": PRESERVE}),
]
"""A free-form object. Its values are opaque to the schema, its keys are counted: on a plain preserve-unknown
object a renamed key passes `self == oldSelf`."""

FreeObject = Annotated[dict[str, Any], WithJsonSchema({"type": "object", **PRESERVE})]
"""An object that only we write (status), or that is a schema itself."""

_QUANTITY = r"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$"
_QUANTITY_LENGTH = 32


def _quantity(value: object) -> str | int:
    match value:
        case int() if not isinstance(value, bool) and value >= 0:
            return value
        case str() if len(value) <= _QUANTITY_LENGTH and re.fullmatch(_QUANTITY, value):
            return value
        case _:
            raise PydanticCustomError("quantity", "must be a quantity such as 2, '500m' or '4Gi'")


Quantity = Annotated[
    str | int,
    # One validator instead of a union of constrained types: one readable error instead of two.
    PlainValidator(_quantity),
    WithJsonSchema(
        {
            "x-kubernetes-int-or-string": True,
            "anyOf": [{"type": "integer"}, {"type": "string"}],
            "pattern": _QUANTITY,
            "maxLength": _QUANTITY_LENGTH,
            "minimum": 0,
        }
    ),
]
"""A resource.Quantity, the forms people write."""

StringMap = Annotated[dict[str, Annotated[str, Field(max_length=4096)]], Field(max_length=64)]

LabelMap = Annotated[
    dict[str, Annotated[str, Field(max_length=63, pattern=r"^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$")]],
    Field(max_length=64),
]
"""Labels: a value that no label can have would be refused only when the pod is made."""

Id = Annotated[str, Field(min_length=1, max_length=253)]
"""People's id of a provider, a collection or a benchmark: not a Kubernetes name."""

ObjectName = Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
"""The name of a Kubernetes object that is referred to."""

Threshold = Annotated[float, Field(ge=-1e12, le=1e12)]
Seconds = Annotated[int, Field(ge=0, le=31_536_000)]
"""A duration in whole seconds, at most a year."""
PositiveSeconds = Annotated[int, Field(ge=1, le=31_536_000)]
