"""The body of an application's request: JSON whose texts are templates.

A text that is one name and nothing else becomes that value, of whatever kind it is, so that a list of messages arrives
as a list; `{{ input.age | string }}` makes a text of it.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from referee_evaluators.templates.template import Template

JSON = Any
_ONE_NAME = re.compile(r"\{\{-?\s*([A-Za-z_]\w*(?:\.\w+)*)\s*-?\}\}")


class Body:
    """A body that can be filled."""

    def __init__(self, body: JSON, known: Collection[str]) -> None:
        """Read every text in it.

        Raises:
            SpecError: one is no template, or has a name that nobody fills.
        """
        self.templates: list[Template] = []
        self._known = known
        self._body = self._read(body)

    def render(self, filled: Mapping[str, Any]) -> JSON:
        """The body for one sample.

        Raises:
            NotRendered: something that it needs is not there.
        """
        return _filled(self._body, filled)

    def _read(self, value: JSON) -> JSON:
        if isinstance(value, Mapping):
            return {key: self._read(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._read(inner) for inner in value]
        if not isinstance(value, str):
            return value
        template = Template(value, self._known)
        self.templates.append(template)
        return template.text if template.plain else _Text(template)


class _Text:
    """A template, or the one name that it is."""

    def __init__(self, template: Template) -> None:
        self._template = template
        whole = _ONE_NAME.fullmatch(template.text)
        self._path = whole[1].split(".") if whole else []

    def render(self, filled: Mapping[str, Any]) -> JSON:
        found: Any = filled
        for step in self._path:
            if not isinstance(found, Mapping) or step not in found:
                # the engine says what is missing
                return self._template.render(filled)
            found = found[step]
        return found if self._path else self._template.render(filled)


def _filled(value: JSON, filled: Mapping[str, Any]) -> JSON:
    if isinstance(value, dict):
        return {key: _filled(inner, filled) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, filled) for inner in value]
    return value.render(filled) if isinstance(value, _Text) else value
