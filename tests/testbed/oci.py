"""Writes container images as OCI layouts: from file lists, with the standard library alone.

A node of the testbed has no registry and its machine no docker, so an image is a directory of blobs on disk, and a
tar of them goes to containerd. Layers are left uncompressed: a blob is then its own diff id, and nothing is spent on
packing what is unpacked a second later on the same disk. Times, owners and order are fixed, so equal content has an
equal digest, and what a node holds already need not travel (`Image.write(…, without=…)`).

Rejected: reading every file to know whether a layer changed. 30,000 files take seconds; a fingerprint of (name, size,
mtime) takes a tenth of one, and a package manager that replaces a file changes its time.
"""

import hashlib
import io
import json
import os
import platform
import tarfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Any

LAYER = "application/vnd.oci.image.layer.v1.tar"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


@dataclass(frozen=True)
class Inline:
    """A file whose content is decided here."""

    content: bytes
    mode: int = 0o644


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Directory:
    """A directory that must be there although nothing is in it, or with a mode of its own."""

    mode: int = 0o755


Source = Path | Inline | Link | Directory
Tree = Mapping[PurePosixPath, Source]
"""What lies where in a layer; the paths are absolute, the directories above them are made."""


@dataclass(frozen=True)
class Blob:
    """A piece of content, as a manifest names it."""

    digest: str
    size: int
    media_type: str

    def descriptor(self) -> dict[str, Any]:
        """The JSON of it in an index or manifest."""
        return {"mediaType": self.media_type, "digest": self.digest, "size": self.size}


@dataclass(frozen=True)
class Image:
    """An image in a store, with the name that a pod asks for."""

    reference: str
    manifest: Blob
    blobs: tuple[Blob, ...]
    store: "Store"

    @property
    def names(self) -> tuple[str, str]:
        """The tag and, as a registry would have it, the name with the digest."""
        return self.reference, f"{self.reference.rpartition(':')[0]}@{self.manifest.digest}"

    def write(self, out: IO[bytes], without: Collection[str] = ()) -> None:
        """Write the OCI layout as a tar; `without` are digests that the reader has already."""
        manifests = [
            self.manifest.descriptor() | {"annotations": {"io.containerd.image.name": name}} for name in self.names
        ]
        with tarfile.open(fileobj=out, mode="w|") as tar:
            _add(tar, PurePosixPath("/oci-layout"), Inline(b'{"imageLayoutVersion":"1.0.0"}'))
            _add(tar, PurePosixPath("/index.json"), Inline(_json({"schemaVersion": 2, "manifests": manifests})))
            for blob in self.blobs:
                if blob.digest not in without:
                    _add(tar, PurePosixPath("/blobs") / blob.digest.replace(":", "/"), self.store.path(blob.digest))


class Store:
    """Blobs by digest under one directory, and which layer came of which files."""

    def __init__(self, directory: Path) -> None:
        self._blobs = directory / "blobs"
        self._layers = directory / "layers"
        for path in (self._blobs, self._layers):
            path.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where the blob lies."""
        return self._blobs / digest.removeprefix("sha256:")

    def layer(self, tree: Tree) -> Blob:
        """The layer of these files; written only when no layer of the same fingerprint is here."""
        known = self._layers / _fingerprint(tree)
        if known.exists() and (path := self.path(known.read_text())).exists():
            for used in (known, path):
                used.touch()
            return Blob(known.read_text(), path.stat().st_size, LAYER)
        with NamedTemporaryFile(dir=self._blobs, delete=False) as file:
            try:
                with tarfile.open(fileobj=file, mode="w|") as tar:
                    for name, source in _with_parents(tree):
                        _add(tar, name, source)
                file.seek(0)
                digest = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
                Path(file.name).replace(self.path(digest))
            except BaseException:
                Path(file.name).unlink()
                raise
        known.write_text(digest)
        return Blob(digest, self.path(digest).stat().st_size, LAYER)

    def image(self, reference: str, config: Mapping[str, Any], layers: Sequence[Blob]) -> Image:
        """Put the layers together under a name."""
        rootfs = {"type": "layers", "diff_ids": [layer.digest for layer in layers]}
        about = {"architecture": ARCHITECTURE, "os": "linux", "config": config, "rootfs": rootfs}
        configuration = self._put(_json(about), CONFIG)
        content = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": configuration.descriptor(),
            "layers": [layer.descriptor() for layer in layers],
        }
        manifest = self._put(_json(content), MANIFEST)
        return Image(reference, manifest, (*layers, configuration, manifest), self)

    def _put(self, content: bytes, media_type: str) -> Blob:
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        self.path(digest).write_bytes(content)
        return Blob(digest, len(content), media_type)


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True).encode()


def _fingerprint(tree: Tree) -> str:
    seen = hashlib.sha256()
    for name, source in sorted(tree.items()):
        what: object = source
        if isinstance(source, Path):
            stat = source.stat()
            what = (str(source), stat.st_size, stat.st_mtime_ns, stat.st_mode)
        seen.update(f"{name} {what!r}\n".encode())
    return seen.hexdigest()


def _with_parents(tree: Tree) -> Iterator[tuple[PurePosixPath, Source]]:
    above = {parent: Directory() for name in tree for parent in name.parents if parent != parent.parent}
    yield from sorted({**above, **tree}.items())


def _add(tar: tarfile.TarFile, name: PurePosixPath, source: Source) -> None:
    member = tarfile.TarInfo(str(name).lstrip("/"))
    if isinstance(source, Directory):
        member.type, member.mode = tarfile.DIRTYPE, source.mode
        tar.addfile(member)
    elif isinstance(source, Link):
        member.type, member.linkname, member.mode = tarfile.SYMTYPE, source.target, 0o777
        tar.addfile(member)
    elif isinstance(source, Inline):
        member.size, member.mode = len(source.content), source.mode
        tar.addfile(member, io.BytesIO(source.content))
    else:
        with source.open("rb") as file:
            stat = os.fstat(file.fileno())
            member.size, member.mode = stat.st_size, 0o755 if stat.st_mode & 0o111 else 0o644
            tar.addfile(member, file)
