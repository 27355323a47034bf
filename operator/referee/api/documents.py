"""YAML as kubectl reads it, in and out: several documents in a file, Lists unrolled, Kubernetes' own scalars.

PyYAML's own loader differs from kubectl's where it hurts: it makes dates of `2026-11-22` (a rerun token), text of
`1e-3`, 5400 of `1:30:00`, and lets the second of two equal keys win without a word.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml


class DocumentError(Exception):
    """A file that is no YAML, or whose documents are no objects; the text names file and line."""


class _Loader(yaml.SafeLoader):
    """The core of YAML 1.1 without dates, sexagesimals and duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    bool_values = {**yaml.SafeLoader.bool_values, "y": True, "n": False}

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        """Refuse what would silently lose the first of two values."""
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        problem=f"the key {key.value!r} stands twice in one object; leave one out",
                        problem_mark=key.start_mark,
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_BOOL = "y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"
_INT = "[-+]?(0|[1-9][0-9_]*|0[0-7_]+|0b[01_]+|0x[0-9a-fA-F_]+)"
_FLOAT = r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"


class _Dumper(yaml.SafeDumper):
    """YAML that kubectl reads back as it was meant; without anchors, which not every tool resolves."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        """Every value is written out."""
        return True


for _tag, _pattern, _first in (
    ("null", "~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", _BOOL, list("yYnNtTfFoO")),
    ("int", _INT, list("-+0123456789")),
    ("float", _FLOAT, list("-+.0123456789")),
    ("merge", "<<", ["<"]),
):
    for _class in (_Loader, _Dumper):
        # In the dumper they say which text needs quotes. PyYAML itself leaves `n` bare, and kubectl takes that for
        # false, also as a key: status.benchmarks[].metrics[].n was lost from the CRD.
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


def as_yaml(*objects: object) -> str:
    """The objects as YAML documents, the fields in their order."""
    return yaml.dump_all(objects, Dumper=_Dumper, sort_keys=False, width=160, allow_unicode=True)


def documents(text: str, origin: str) -> Iterator[dict[str, Any]]:
    """The objects in a YAML or JSON text, in their order.

    Args:
        text: the text.
        origin: the file's name, for messages.

    Raises:
        DocumentError: on what is no YAML, or no object.
    """
    try:
        for document in yaml.load_all(text, Loader=_Loader):
            yield from _objects(document, origin)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" line {mark.line + 1}" if mark else ""
        raise DocumentError(f"{origin}{line}: {error.problem}") from None
    except yaml.YAMLError as error:
        raise DocumentError(f"{origin}: {error}") from None


def _objects(document: object, origin: str) -> Iterator[dict[str, Any]]:
    match document:
        case None:
            return
        case {"kind": str(kind), "items": list(items)} if kind.endswith("List"):
            for item in items:
                yield from _objects(item, origin)
        case dict():
            yield document
        case _:
            raise DocumentError(f"{origin}: a manifest is an object with apiVersion and kind, here is {document!r:.60}")
