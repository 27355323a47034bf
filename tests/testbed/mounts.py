"""What a node sees of this machine's file system: all of it, but with places of its own where its programs write.

The kubelet, containerd and the network plugins have paths below /run and /var that no option changes; what they write
there stays in the node's directory. The kubelet also sets kernel parameters that hold for the whole machine: those are
covered by files that say what it wants to hear. The mounts exist in the node's mount namespace only and go with it.
"""

from pathlib import Path

from tests.testbed.namespaces import Namespaces
from tests.testbed.requirements import OVERLAID, program

_EMPTY = ("/run", "/var/log")
"""Directories in which the node begins with nothing."""

_PARAMETERS = {
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1000000,
    "kernel/keys/root_maxbytes": 25000000,
}
"""What the kubelet sets at its start, with the values that make it content."""


def prepare_mounts(namespaces: Namespaces, directory: Path, name: str) -> None:
    """Make them; the directory holds what is written."""
    mount = program("mount")
    for place in _EMPTY:
        own = directory / place.strip("/").replace("/", "-")
        own.mkdir(parents=True)
        namespaces.run(mount, "--bind", own, place)
    written, work = directory / "written", directory / "work"
    for part in (written, work):
        part.mkdir()
    layers = f"lowerdir={OVERLAID},upperdir={written},workdir={work}"
    namespaces.run(mount, "-t", "overlay", "-o", layers, "overlay", OVERLAID)
    for parameter, value in _PARAMETERS.items():
        said = directory / parameter.rpartition("/")[2]
        said.write_text(f"{value}\n")
        namespaces.run(mount, "--bind", said, f"/proc/sys/{parameter}")
    namespaces.run("mkdir", "-p", "/run/netns", "/run/containerd")
    # The kubelet mounts volumes into containers that are up already.
    namespaces.run(mount, "--make-rshared", "/")
    namespaces.run("hostname", name)
