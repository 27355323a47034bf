"""Settings from the environment: each field of a frozen dataclass from REFEREE_ and its name in capitals.

The operator's and the gateway's settings are two dataclasses, each documented where it is defined; how text becomes
a value, and what is said when it does not, is the same for both.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeVar, get_type_hints

S = TypeVar("S")

PREFIX = "REFEREE_"


class SettingsError(ValueError):
    """A setting that cannot be used; the text names the variable and what it may be."""


def read(settings: type[S], env: Mapping[str, str]) -> S:
    """The settings that the environment gives; what it does not name has its default.

    Raises:
        SettingsError: naming the variable.
    """
    types = get_type_hints(settings)
    given: dict[str, object] = {}
    for field in fields(settings):  # type: ignore[arg-type]  # a dataclass, as the module says
        variable = PREFIX + field.name.upper()
        if (text := env.get(variable)) is not None:
            given[field.name] = _value(variable, text, types[field.name])
    return settings(**given)


def _value(variable: str, text: str, kind: type) -> object:
    if kind is str:
        return text
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise SettingsError(f"{variable} must be true or false, not {text!r}")
        return text.lower() == "true"
    if kind not in (int, float):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        return kind(text)
    except ValueError:
        raise SettingsError(f"{variable} must be a number, not {text!r}") from None
