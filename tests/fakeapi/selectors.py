"""Label and field selectors, as far as we send them."""

import re
from typing import Any

_SET = re.compile(r"^(?P<key>[^\s!]+)\s+(?P<op>in|notin)\s+\((?P<values>[^)]*)\)$")


def matches(obj: dict[str, Any], labels: str, fields: str) -> bool:
    have = obj["metadata"].get("labels") or {}
    return all(_label(have, term) for term in _terms(labels)) and all(_field(obj, term) for term in _terms(fields))


def _terms(selector: str) -> list[str]:
    return [term.strip() for term in re.split(r",(?![^(]*\))", selector) if term.strip()]


def _label(labels: dict[str, str], term: str) -> bool:
    if (found := _SET.match(term)) is not None:
        inside = labels.get(found["key"]) in {value.strip() for value in found["values"].split(",")}
        return inside is (found["op"] == "in")
    if "=" in term:
        return _equals(term, labels.get)
    return term[1:] not in labels if term.startswith("!") else term in labels


def _field(obj: dict[str, Any], term: str) -> bool:
    def read(path: str) -> Any:
        place: Any = obj
        for part in path.split("."):
            place = place.get(part) if isinstance(place, dict) else None
        return place

    return _equals(term, read)


def _equals(term: str, read: Any) -> bool:
    key, operator, value = re.split(r"(!=|==?)", term, maxsplit=1)
    return bool((read(key) == value) is (operator != "!="))
