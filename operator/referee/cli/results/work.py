"""`referee results`: what came of a job, as a table, as data, for CI, or as a report to read.

A directory of this machine and a job somewhere else give the same view of a run, so every format is of both. The table
rests on status alone. As data the benchmarks have everything that their adapters reported, where a gateway or the
directory keeps it; a cluster by itself has what status holds.
"""

import sys
from pathlib import Path

from referee.cli import exit_codes
from referee.cli.places import LocalPlace
from referee.cli.remote.asking import ask, checked, nobody_reads
from referee.cli.remote.edits import over
from referee.cli.remote.flags import Flags
from referee.cli.remote.place import RemotePlace
from referee.cli.remote.port import Absent, Remote
from referee.cli.results.asked import Asked, is_here
from referee.cli.results.showing import NEED_SAMPLES, job_of, show
from referee.cli.results.writing import standard_output_to
from referee.cli.views.directory import is_results_directory, read_directory
from referee.cli.views.remote import remote_view
from referee.local.errors import LocalError
from referee.report.runview import RunView, mapping, text_of


def results(flags: Flags, asked: Asked) -> int:
    """Print the results, or write them."""
    try:
        return _here(asked) if is_here(asked.target, flags) else ask(flags, lambda remote: _elsewhere(remote, asked))
    except LocalError as error:
        sys.stderr.writelines(f"Error: {problem}\n" for problem in error.problems)
        return exit_codes.COULD_NOT_RUN
    except BrokenPipeError:
        return nobody_reads()


def _here(asked: Asked) -> int:
    path = Path(asked.target)
    view = read_directory(path)
    with standard_output_to(asked.file):
        show(view, asked, LocalPlace(path.absolute()), lambda: _beside(path, view, asked))
        sys.stdout.flush()
    return _code(view, asked)


def _beside(path: Path, view: RunView, asked: Asked) -> RunView | None:
    """The run that is named, which must be there; else the baseline, if its results are where this run's are."""
    if asked.against is not None:
        return read_directory(Path(asked.against))
    name = _baseline(view)
    place = path.absolute().parent / name if name else None
    return read_directory(place) if place is not None and is_results_directory(place) else None


async def _elsewhere(remote: Remote, asked: Asked) -> int:
    view = await remote_view(remote, checked(asked.target), samples=asked.format in NEED_SAMPLES)
    against = await _compared(remote, view, asked) if asked.format == "html" else None
    with standard_output_to(asked.file):
        show(view, asked, RemotePlace(view.name), lambda: against)
        sys.stdout.flush()
    return _code(view, asked)


async def _compared(remote: Remote, view: RunView, asked: Asked) -> RunView | None:
    """The run that is named, which must be there; else the baseline, if it still is."""
    if asked.against is not None and is_here(asked.against, Flags()):
        return read_directory(Path(asked.against))
    name = asked.against or _baseline(view)
    if name is None:
        return None
    try:
        return await remote_view(remote, checked(name), samples=True)
    except Absent as error:
        if asked.against is not None:
            raise
        sys.stderr.write(f"without the baseline's samples: {error}\n")
        return None


def _baseline(view: RunView) -> str | None:
    """The job that this one is compared with, as it was resolved, else as it is asked for."""
    resolved = mapping(mapping(view.status.get("plan")).get("baseline"))
    asked = mapping(view.spec.get("baseline"))
    return text_of(resolved.get("job") or asked.get("jobRef"))


def _code(view: RunView, asked: Asked) -> int:
    """Of one that has not ended: nothing is decided."""
    if not asked.exit_code:
        return exit_codes.OK
    job = job_of(view)
    return exit_codes.of_job(job) if over(job) else exit_codes.UNDECIDED
