"""ConfigMaps, Secrets and claims as files give them: keys and bytes, or a directory.

Checked as an API server would, since their keys become file names and their values environment variables. What a
Secret holds is never repeated in a message.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from referee.api.names import ANNOTATION_LOCAL_PATH

Files = dict[str, bytes]
"""By key."""

_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")


@dataclass(frozen=True, slots=True)
class KeyedObject:
    """A ConfigMap or a Secret; or a PersistentVolumeClaim that has a directory here."""

    kind: str
    namespace: str
    name: str
    files: Files = field(repr=False)
    directory: Path | None = None
    """Of a claim: where its content is."""


class ObjectError(Exception):
    """An object that a cluster would refuse; the text names the field and the remedy."""


def config_map(document: Mapping[str, Any]) -> KeyedObject:
    """A v1 ConfigMap.

    Raises:
        ObjectError: it is none.
    """
    files = _read(document, "data", _text) | _read(document, "binaryData", _base64)
    return KeyedObject("ConfigMap", *_identity(document), files)


def secret(document: Mapping[str, Any]) -> KeyedObject:
    """A v1 Secret; what stands in stringData wins, as in a cluster.

    Raises:
        ObjectError: it is none.
    """
    files = _read(document, "data", _base64) | _read(document, "stringData", _text)
    return KeyedObject("Secret", *_identity(document), files)


def claim(document: Mapping[str, Any], directory: Path) -> KeyedObject | None:
    """A v1 PersistentVolumeClaim whose annotation says where its content is here; None without it.

    Args:
        document: the manifest.
        directory: what a relative path in it starts from: that of its file.

    Raises:
        ObjectError: the place is no directory.
    """
    namespace, name = _identity(document)
    annotations = document["metadata"].get("annotations")
    given = annotations.get(ANNOTATION_LOCAL_PATH) if isinstance(annotations, Mapping) else None
    if given is None:
        return None
    path = directory / str(given)
    if not path.is_dir():
        raise ObjectError(f"metadata.annotations[{ANNOTATION_LOCAL_PATH}]: {path} is no directory; correct the path")
    return KeyedObject("PersistentVolumeClaim", namespace, name, {}, path)


def _identity(document: Mapping[str, Any]) -> tuple[str, str]:
    metadata = document.get("metadata")
    if not isinstance(metadata, Mapping):
        raise ObjectError("metadata: must be an object; write it as 'field: value' lines")
    name = metadata.get("name")
    if not isinstance(name, str) or not name:
        raise ObjectError("metadata.name: is required but missing; add it")
    return str(metadata.get("namespace") or ""), name


def _read(document: Mapping[str, Any], part: str, decode: Callable[[str], bytes]) -> Files:
    given = document.get(part) or {}
    if not isinstance(given, Mapping):
        raise ObjectError(f"{part}: must be a map; write it as 'key: value' lines")
    files = {}
    for key, value in given.items():
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key in (".", ".."):
            raise ObjectError(f"{part}: the key {key!r} must consist of letters, digits, '-', '_' and '.'; rename it")
        if not isinstance(value, str):
            raise ObjectError(f"{part}.{key}: must be text, not {type(value).__name__}; put it in quotes")
        try:
            files[key] = decode(value)
        except binascii.Error:
            raise ObjectError(f"{part}.{key}: is not base64; encode it, or give it as text under stringData") from None
    return files


def _text(value: str) -> bytes:
    return value.encode()


def _base64(value: str) -> bytes:
    return base64.b64decode("".join(value.split()), validate=True)
