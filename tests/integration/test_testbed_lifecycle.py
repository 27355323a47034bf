"""A testbed is there once, and leaves nothing behind, however its owner and its holder end."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.api_client import Api
from tests.testbed.cluster import ROOT, Cluster
from tests.testbed.holder import HOLDER, Order, end, ensure, is_held, running
from tests.testbed.processes import Children, Identity, Program, ProgramEndedError
from tests.testbed.waiting import wait_for

OWNER = """
import sys, time
from pathlib import Path
from tests.testbed.holder import Order, ensure
import os
ensure(Order(Path(sys.argv[1]), "api", owner=os.getpid()))
print("ready", flush=True)
time.sleep(600)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """Short, since a Unix socket's path is."""
    with tempfile.TemporaryDirectory(prefix="referee-") as directory:
        held = Path(directory) / "held"
        yield held
        end(held)


@pytest.fixture(autouse=True)
def no_given_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)


def processes_of(place: Path) -> list[int]:
    """Every process that names this place in its command."""
    return [
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and str(place) in _command(entry) and Identity.of(int(entry.name))
    ]


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_text()
    except OSError:
        return ""


def test_nothing_is_left_behind_when_the_owner_is_killed(place: Path) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, place], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "ready\n"
        assert len(processes_of(place)) >= 4
        owner.send_signal(signal.SIGKILL)
    wait_for(lambda: not place.exists() and not processes_of(place), "everything to be gone", seconds=20)


def test_the_next_start_removes_what_a_killed_holder_left(place: Path) -> None:
    ensure(Order(place, "api"))
    holder = Identity.read(place / HOLDER)
    assert holder is not None
    os.kill(holder.pid, signal.SIGKILL)
    wait_for(lambda: not processes_of(place), "its processes to die with it", seconds=20)
    assert (place / "etcd").exists()
    cluster = ensure(Order(place, "api"))
    assert cluster.api.get("/version")["major"] == "1"
    cluster.api.close()


def test_a_second_start_keeps_what_runs_and_an_end_takes_it_away(place: Path) -> None:
    first = ensure(Order(place, "api"))
    with first.namespace() as kept:
        second = ensure(Order(place, "api"))
        assert second.server == first.server
        assert second.api.exists(f"/api/v1/namespaces/{kept}")
    for cluster in (first, second):
        cluster.api.close()
    assert end(place)
    assert not processes_of(place)
    assert not place.exists()
    assert not end(place)


def test_a_cluster_that_does_not_start_says_why(place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kubeconfig = tmp_path / "nobody.kubeconfig"
    kubeconfig.write_text("kind: Config\n")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    with pytest.raises(ProgramEndedError, match="no current-context"):
        ensure(Order(place, "given"))
    assert not is_held(place)
    assert running(place) is None


def test_a_given_cluster_is_used_as_it_is(cluster: Cluster, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(cluster.kubeconfig))
    given = ensure(Order(place, "given"))
    assert given.server == cluster.server
    assert isinstance(given.api, Api)
    assert [pid for pid in processes_of(place) if "kube-apiserver" in _command(Path(f"/proc/{pid}"))] == []
    given.api.close()
    assert end(place)


def test_a_program_that_may_is_started_again(tmp_path: Path) -> None:
    children = Children(tmp_path)
    once, lasting = tmp_path / "once", Program("lasting", ["sleep", "600"])
    children.start(Program("twice", ["sh", "-c", f"test -e {once} && exec sleep 600; touch {once}"], restart=True))
    children.start(lasting)
    first = children.pids()
    wait_for(once.exists, "the first one to end", seconds=10)

    def restarted() -> bool:
        children.check()
        return children.pids()["twice"] != first["twice"]

    wait_for(restarted, "another one", seconds=10)
    assert children.pids()["lasting"] == first["lasting"]
    children.stop()
    assert children.pids() == {}


def test_the_end_of_a_program_that_should_stay_is_told_with_its_last_words(tmp_path: Path) -> None:
    children = Children(tmp_path)
    children.start(Program("brief", ["sh", "-c", "echo out of order; exit 3"])).wait()
    with pytest.raises(ProgramEndedError, match="brief ended with 3:\nout of order"):
        children.check()
