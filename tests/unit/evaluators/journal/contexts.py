"""A context of a run whose journal is somewhere."""

from pathlib import Path

from referee_adapter import Context, Credentials
from referee_adapter.paths import locate
from referee_adapter.progress import ProgressReporter
from referee_adapter.spec import read_spec
from tests.unit.evaluators.running import job, laid


def context(directory: Path, callback_url: str = "") -> Context:
    spec = laid(directory, job("http://model/v1", callback_url))
    paths = locate({"EVALHUB_JOB_SPEC_PATH": str(spec)})
    return Context(read_spec(spec), paths, Credentials(), ProgressReporter(lambda _: None))
