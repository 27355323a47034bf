"""Typed look-ups in a JSON object that name the field when it is wrong.

A job spec is read once, by a process that has nothing else to say than why it cannot start: so each error names
the whole path of the field and what stands there. A schema library would do this too; it would also be the
largest dependency of every adapter image.
"""

import math
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar

from referee_adapter.errors import SpecError

_MISSING = object()
_Choice = TypeVar("_Choice", bound=str)


class Fields:
    """A JSON object and where it stands in its document."""

    def __init__(self, value: object, path: str) -> None:
        if not isinstance(value, Mapping):
            raise SpecError(f"{path} must be an object, not {_kind(value)}")
        self._value: Mapping[str, Any] = value
        self._path = path

    def text(self, key: str, default: str | None = None) -> str:
        """A string; required unless a default is given."""
        value = self._get(key, default)
        return value if isinstance(value, str) else self._refuse(key, "a string", value)

    def filled(self, key: str) -> str:
        """A string that must be there and not be blank."""
        value = self.text(key)
        return value if value.strip() else self._refuse(key, "a string that is not blank", value)

    def optional_text(self, key: str) -> str | None:
        """A string, or None where it is absent or null."""
        return None if self._value.get(key) is None else self.text(key)

    def choice(self, key: str, choices: tuple[_Choice, ...]) -> _Choice:
        """One of `choices`; the first is the default."""
        value = self._get(key, choices[0])
        for choice in choices:
            if value == choice:
                return choice
        return self._refuse(key, f"one of {', '.join(filter(None, choices))}", value)

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of strings; absent or null is empty."""
        value = self._value.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            return self._refuse(key, "a list of strings", value)
        return tuple(value)

    def integer(self, key: str, default: int | None = None, *, low: int = 0) -> int:
        """A whole number of at least `low`."""
        value = self._get(key, default)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or value < low:
            return self._refuse(key, f"a whole number of at least {low}", value)
        return value

    def number(self, key: str, default: float) -> float:
        """A finite number of at least 0."""
        value = self._get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            return self._refuse(key, "a number of at least 0", value)
        return float(value)

    def optional_number(self, key: str) -> float | None:
        """A finite number of either sign, or None where it is absent or null."""
        value = self._value.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return self._refuse(key, "a finite number", value)
        return float(value)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self._get(key, default)
        return value if isinstance(value, bool) else self._refuse(key, "true or false", value)

    def mapping(self, key: str) -> dict[str, Any]:
        """A free-form object; absent or null is empty."""
        value = self._value.get(key)
        if value is None:
            return {}
        return dict(value) if isinstance(value, Mapping) else self._refuse(key, "an object", value)

    def texts(self, key: str) -> dict[str, str]:
        """An object whose values are strings."""
        inner = self.child(key)
        return {name: inner.text(name) for name in self.mapping(key)}

    def child(self, key: str) -> "Fields":
        """An inner object; absent or null is empty, so that its own defaults apply."""
        return Fields(self.mapping(key), f"{self._path}.{key}")

    def optional_child(self, key: str) -> "Fields | None":
        """An inner object, or None where it is absent or null."""
        return None if self._value.get(key) is None else self.child(key)

    def objects(self, key: str) -> tuple[dict[str, Any], ...]:
        """A list of free-form objects; absent or null is empty."""
        return tuple(item.whole() for item in self.children(key))

    def whole(self) -> dict[str, Any]:
        """The object itself."""
        return dict(self._value)

    def children(self, key: str) -> list["Fields"]:
        """A list of objects; absent or null is empty."""
        value = self._value.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            return self._refuse(key, "a list of objects", value)
        return [Fields(item, f"{self._path}.{key}[{i}]") for i, item in enumerate(value)]

    def _get(self, key: str, default: object) -> Any:  # noqa: ANN401 - JSON
        value = self._value.get(key)
        value = default if value is None else value
        return _MISSING if value is None else value

    def _refuse(self, key: str, wanted: str, value: object) -> NoReturn:
        found = "it is missing" if value is _MISSING else f"it is {_kind(value)}"
        raise SpecError(f"{self._path}.{key} must be {wanted}; {found}")


def _kind(value: object) -> str:
    shown = repr(value)
    return f"{type(value).__name__} {shown if len(shown) <= 40 else shown[:37] + '...'}"  # noqa: PLR2004
