"""Images are made of what changed: equal content has an equal digest, and a layer that is known does not travel."""

import io
import os
import tarfile
from pathlib import Path, PurePosixPath

import pytest

from tests.testbed.oci import Inline, Link, Store

CONFIG = {"Entrypoint": ["/hello"]}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_equal_files_of_another_time_make_the_same_layer(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "hello"
    file.write_text("hello")
    first = store.layer({PurePosixPath("/opt/hello"): file})

    os.utime(file, (1, 1))

    assert store.layer({PurePosixPath("/opt/hello"): file}) == first


def test_a_file_that_changed_makes_another_layer(tmp_path: Path, store: Store) -> None:
    file = tmp_path / "hello"
    file.write_text("hello")
    first = store.layer({PurePosixPath("/opt/hello"): file})

    file.write_text("hello again")

    assert store.layer({PurePosixPath("/opt/hello"): file}) != first


def test_a_layer_has_the_directories_above_its_files(store: Store) -> None:
    layer = store.layer({PurePosixPath("/opt/a/hello"): Inline(b"hello", 0o755), PurePosixPath("/x"): Link("/opt")})

    with tarfile.open(store.path(layer.digest)) as tar:
        assert [(m.name, oct(m.mode), m.mtime, m.uid) for m in tar if not m.issym()] == [
            ("opt", "0o755", 0, 0),
            ("opt/a", "0o755", 0, 0),
            ("opt/a/hello", "0o755", 0, 0),
        ]


def test_a_known_layer_is_left_out_of_what_travels(store: Store) -> None:
    below = store.layer({PurePosixPath("/below"): Inline(b"below")})
    above = store.layer({PurePosixPath("/above"): Inline(b"above")})
    image = store.image("example.test/hello:dev", CONFIG, [below, above])

    out = io.BytesIO()
    image.write(out, without=[below.digest])

    out.seek(0)
    with tarfile.open(fileobj=out) as tar:
        digests = {name.removeprefix("blobs/sha256/") for name in tar.getnames() if name.startswith("blobs/")}
    assert {f"sha256:{digest}" for digest in digests} == {blob.digest for blob in image.blobs} - {below.digest}
