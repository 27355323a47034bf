"""The published SDK's own end-to-end tests, as they are in its source distribution, with us as their server.

Only their fixture is ours: theirs starts the EvalHub server (and kills whoever listens on port 8080). Its name and
its address are theirs, so that every assertion of theirs holds or fails by what we answer. All hold.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.evalhub.files import manifests
from tests.integration.evalhub.forwarding import forwarding
from tests.integration.evalhub.place import Place, place
from tests.testbed.cluster import Cluster
from tests.testbed.published import published_sdk

FILES = ["test_smoke_test_eval_hub_server.py", "test_eval_hub_server_with_real_config.py"]
PASSED = "9 passed"


@pytest.fixture(scope="module")
def here(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A place whose catalogue is that of their tests."""
    config = published_sdk() / "tests" / "e2e" / "config"
    with place(cluster, tmp_path_factory.mktemp("gateway"), manifests(config)) as made:
        yield made


def test_they_pass(here: Place, tmp_path: Path) -> None:
    plugin = tmp_path / "their_fixture.py"
    plugin.write_text(
        "import pytest\n\n\n"
        "@pytest.fixture\n"
        "def evalhub_server_with_real_config() -> str:\n"
        '    return "http://localhost:8080"\n'
    )
    their = published_sdk()
    options = ["--noconftest", "-p", "no:cacheprovider", "-p", plugin.stem, "-c", "/dev/null", "-W", "ignore"]
    with forwarding(here.url, here.headers) as environment:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *options, *(f"tests/e2e/{name}" for name in FILES)],
            cwd=their,
            env={**os.environ, **environment, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert PASSED in done.stdout
