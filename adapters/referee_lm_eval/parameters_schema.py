"""The JSON Schema of the parameters, from the dataclass that reads them: one place says what may be set."""

import ast
import inspect
from dataclasses import fields
from itertools import pairwise
from types import NoneType
from typing import Any, get_type_hints

from referee_lm_eval import parameters
from referee_lm_eval.parameters import CHOICES, LOWEST, Parameters, kinds

_JSON = {str: "string", int: "integer", bool: "boolean", dict: "object"}


def parameters_schema() -> dict[str, Any]:
    """The schema for a Provider's `parametersSchema`; an unknown parameter is refused."""
    hints, words = get_type_hints(Parameters), _descriptions()
    properties = {}
    for field in fields(Parameters):
        types = [_JSON[kind] for kind in kinds(hints[field.name]) if kind is not NoneType]
        schema: dict[str, Any] = {"type": types[0] if len(types) == 1 else types}
        if field.name in LOWEST:
            schema["minimum"] = LOWEST[field.name]
        if field.name in CHOICES:
            schema["enum"] = list(CHOICES[field.name])
        if field.default is not None:
            schema["default"] = field.default
        if field.name in words:
            schema["description"] = words[field.name]
        properties[field.name] = schema
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _descriptions() -> dict[str, str]:
    """The text under each field."""
    tree = ast.parse(inspect.getsource(parameters))
    body = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == Parameters.__name__).body
    words = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            words[ast.unparse(field.target)] = str(text.value.value)
    return words
