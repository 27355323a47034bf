"""Gives images to a node's containerd, as a registry would.

An image travels as a tar through a pipe, without the layers that the node has already, so a change of the project's
code is there in a moment. What no tag names any more is removed, because the images outlive the node.
"""

import subprocess
from contextlib import suppress

from tests.testbed.containerd import CTR
from tests.testbed.namespaces import Namespaces
from tests.testbed.oci import Image


def import_image(namespaces: Namespaces, image: Image) -> None:
    """Give the image to the node, under both of its names; nothing happens when it has them."""
    present = _present(namespaces)
    if all(present.get(name) == image.manifest.digest for name in image.names):
        return
    blobs = namespaces.run(*CTR, "content", "list", "--quiet").split()
    command = namespaces.inside(*CTR, "images", "import", "-")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as ctr:
        assert ctr.stdin is not None
        assert ctr.stderr is not None
        with suppress(BrokenPipeError):  # then it has ended and says why below
            image.write(ctr.stdin, without=blobs)
            ctr.stdin.close()
        complaint = ctr.stderr.read().decode()
    if ctr.returncode:
        raise RuntimeError(f"containerd did not take {image.reference}: {complaint.strip()}")
    present = _present(namespaces)
    tagged = {digest for name, digest in present.items() if "/" in name and "@" not in name}
    if outdated := [name for name, digest in present.items() if digest not in tagged]:
        namespaces.run(*CTR, "images", "delete", *outdated)


def _present(namespaces: Namespaces) -> dict[str, str]:
    table = namespaces.run(*CTR, "images", "list").splitlines()[1:]
    return {name: digest for name, _, digest, *_ in map(str.split, table)}
