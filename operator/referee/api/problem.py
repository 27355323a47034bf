"""What pydantic found wrong with a manifest, in sentences that name the value and the remedy.

pydantic's own texts speak to programmers ("Input should be a valid dictionary or instance of PassCriteria"). A
kind of error that has no sentence here keeps pydantic's text: better clumsy than lost.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from referee.api.nearest import nearest

_SHOWN = 60
"""A longer value is cut: the path says where it stands."""
_LISTED = 16
"""With more fields than this a list of all of them helps nobody."""

_SENTENCES: dict[str, Callable[[str, Mapping[str, Any]], str]] = {
    "missing": lambda _, __: "is required but missing; add it",
    "string_type": lambda value, _: f"must be text, is {value}; put it in quotes",
    "int_type": lambda value, _: f"must be a whole number, is {value}; write one, without quotes",
    "float_type": lambda value, _: f"must be a number, is {value}; write it without quotes",
    "bool_type": lambda value, _: f"must be true or false, is {value}; write it without quotes",
    "list_type": lambda value, _: f"must be a list, is {value}; start each entry with '- '",
    "dict_type": lambda value, _: f"must be a map, is {value}; write it as 'key: value' lines",
    "model_type": lambda value, _: f"must be an object, is {value}; write it as 'field: value' lines",
    "literal_error": lambda value, c: f"must be {c['expected']}, is {value}; choose one of these",
    "string_pattern_mismatch": lambda value, c: f"must match {c['pattern']}, is {value}; rewrite it so",
    "string_too_short": lambda value, c: f"must have at least {c['min_length']} characters, is {value}; lengthen it",
    "string_too_long": lambda _, c: f"must have at most {c['max_length']} characters; shorten it",
    "too_short": lambda _, c: f"must have at least {c['min_length']} entries, has {c['actual_length']}; add one",
    "too_long": lambda _, c: f"must have at most {c['max_length']} entries; leave some out",
    "greater_than_equal": lambda value, c: f"must be at least {c['ge']:g}, is {value}; raise it",
    "greater_than": lambda value, c: f"must be more than {c['gt']:g}, is {value}; raise it",
    "less_than_equal": lambda value, c: f"must be at most {c['le']:g}, is {value}; lower it",
    "less_than": lambda value, c: f"must be less than {c['lt']:g}, is {value}; lower it",
    "quantity": lambda value, _: f"must be a quantity such as 2, '500m' or '4Gi', is {value}",
    "value_error": lambda _, c: str(c["error"]),
    "rule": lambda _, c: str(c["message"]),
}


def problems_of(error: ValidationError) -> list[tuple[str, str]]:
    """The path and the sentence of everything that pydantic found."""
    return [(_path(detail), _sentence(detail)) for detail in error.errors(include_url=False)]


def unknown_field(name: str, known: Sequence[str], elsewhere: Sequence[str]) -> str:
    """The sentence for a field that does not exist.

    Args:
        name: as it was written.
        known: the fields that the object has.
        elsewhere: where in the resource a field of that name does exist; wrong indentation is a common mistake.
    """
    meant = nearest(spelt(name), known)
    if meant:
        return f"there is no such field; did you mean {meant}?"
    if elsewhere:
        return f"there is no such field here; it belongs to {' or '.join(elsewhere)}"
    if len(known) <= _LISTED:
        return f"there is no such field; there are {', '.join(known)}"
    return "there is no such field; leave it out"


def spelt(name: str) -> str:
    """A name in the case that the API has: num_examples and num-examples are numExamples."""
    return to_camel(name.replace("-", "_"))


def _path(detail: ErrorDetails) -> str:
    path = ""
    for part in detail["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}"
    return (path + str(detail.get("ctx", {}).get("path", ""))).lstrip(".")


def _sentence(detail: ErrorDetails) -> str:
    said = _SENTENCES.get(detail["type"])
    if said is None:
        return detail["msg"]
    text = repr(detail["input"])
    return said(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...", detail.get("ctx", {}))
