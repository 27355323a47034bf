"""A JSON body as a model, forgiving as EvalHub is: nulls are as good as absent, unknown fields are not looked at.

Strict where EvalHub is strict: a number for a text is no JSON for this address, whatever else is right. What no JSON
number is (NaN, 1e999) is refused, since it would be refused by the API server later, in words about our manifest.
"""

import json
import math
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails

from referee.core.nesting import DEEPEST, deeper_than
from referee.gateway.errors import Malformed

_SHOWN = 5
"""Faults named in an answer."""
_ABOUT_TYPES = ("_type", "_parsing", "_from_float")


class Wire(BaseModel):
    """One object of a body."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:  # noqa: ANN401 - whatever JSON stands there
        if isinstance(given, dict):
            return {name: value for name, value in given.items() if value is not None}
        return {} if given is None else given


W = TypeVar("W", bound=Wire)


def _number(value: object) -> object:
    """An int is as good as a float; a bool is neither."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _without_nulls(value: object) -> object:
    return {name: entry for name, entry in value.items() if entry is not None} if isinstance(value, dict) else value


Number = Annotated[float, BeforeValidator(_number)]
FreeForm = Annotated[dict[str, Any], BeforeValidator(_without_nulls)]
"""A free-form object; a null value in it is an absent one, since a resource cannot hold it."""


def read_json(raw: bytes) -> Any:  # noqa: ANN401 - a JSON document
    """The document in a body.

    Raises:
        Malformed: it is none.
    """
    try:
        document = json.loads(raw, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:  # ValueError: also bytes that are no text, and a huge integer
        raise no_json(str(error)) from None
    if deeper_than(document):
        raise no_json(f"it is nested more than {DEEPEST} deep")
    return document


def read_as(model: type[W], document: object) -> W:
    """The document as a model.

    Raises:
        Malformed: naming each field and what is wrong with it.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False)
    for fault in faults:
        if fault["type"].endswith(_ABOUT_TYPES):
            raise no_json(_said(fault))
    raise invalid("; ".join(_said(fault) for fault in faults[:_SHOWN]))


def invalid(why: str) -> Malformed:
    """The refusal of a body that is JSON and not right."""
    return Malformed(f"The request validation failed: {why}. Please check the request and try again.")


def no_json(why: str) -> Malformed:
    """The refusal of a body that cannot be read."""
    message = f"The request JSON is invalid: {why}. Please check the request and try again."
    return Malformed(message, code="invalid_json_request")


def _said(fault: ErrorDetails) -> str:
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"]).removeprefix(".")
    return f"{where or 'the body'}: {fault['msg'].removeprefix('Value error, ')}"


def _no_number(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text:.40} is beyond what a number can be")
    return number
