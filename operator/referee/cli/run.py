"""`referee run`: read the files, run their jobs one after another, print what came of them."""

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from referee.api.conditions import ConditionType, Reason
from referee.api.documents import as_yaml
from referee.api.evaluationjob import EvaluationJob
from referee.api.status import EvaluationJobStatus
from referee.cli import exit_codes, reachable
from referee.cli.limiting import limited
from referee.cli.preview import Look, print_prompts, show
from referee.cli.progress import View, view
from referee.clock import utc_now
from referee.core.cannot_pass import in_vain
from referee.core.conditions import get
from referee.core.outlook import expected
from referee.local import differences
from referee.local.bundle import Bundle, read
from referee.local.errors import LocalError
from referee.local.processes import grace_seconds
from referee.local.resource import dump_json, listed
from referee.local.run import LocalRun, Setup
from referee.report import words


@dataclass(frozen=True, slots=True)
class Options:
    """The command's arguments."""

    files: tuple[str, ...]
    model_url: str | None
    output: str
    results: Path
    dry_run: bool = False
    limit: int | None = None
    """So many samples of each benchmark, or of the evaluation."""
    show_prompts: bool = False
    allow_code: bool = False
    """Evaluators of type Code may run, where their provider says so, too."""

    def look(self, bundle: Bundle) -> Look:
        """How its jobs are looked at before they run."""
        return Look(bundle, self.results, self.model_url, self.allow_code, self.limit or 1)


def run_files(options: Options) -> int:
    """Do what the command says and return its exit code."""
    try:
        bundle = _read(options)
        if options.limit is not None:
            bundle.jobs[:] = [limited(job, options.limit) for job in bundle.jobs]
        if options.dry_run:
            for job in bundle.jobs:
                show(job, options.look(bundle))
            return exit_codes.OK
    except LocalError as error:
        _tell(error)
        return exit_codes.COULD_NOT_RUN
    return asyncio.run(_Command(options, bundle).run())


def _read(options: Options) -> Bundle:
    if options.model_url is not None:
        parts = urlsplit(options.model_url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise LocalError(
                [f"--model-url: {options.model_url!r} is no http address; for example http://127.0.0.1:8899/v1"]
            )
    bundle = read(options.files, utc_now())
    if not bundle.jobs:
        given = ", ".join(options.files)
        raise LocalError(
            [f"{given}: no EvaluationJob in it: there is nothing to run; name its file, too", *bundle.notes]
        )
    differences.refuse_what_cannot_be_done(bundle.jobs)
    return bundle


def _tell(error: LocalError) -> None:
    for problem in error.problems:
        sys.stderr.write(f"Error: {problem}\n")


class _Command:
    """One call of the command."""

    def __init__(self, options: Options, bundle: Bundle) -> None:
        self._options = options
        self._bundle = bundle
        self._running: tuple[LocalRun, View] | None = None
        self._signal: signal.Signals | None = None

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # ignored: by nohup
                loop.add_signal_handler(number, self._interrupted, number)
        finished: list[EvaluationJob] = []
        codes: list[int] = []
        for job in self._bundle.jobs:
            if self._signal is None:
                try:
                    finished.append(await self._run_job(job))
                    codes.append(exit_codes.of_job(finished[-1]))
                except LocalError as error:
                    _tell(error)
                    codes.append(exit_codes.COULD_NOT_RUN)
        if finished and self._options.output != "table":
            dump = dump_json if self._options.output == "json" else as_yaml
            sys.stdout.write(dump(listed(finished)))
        return exit_codes.worst(codes) if self._signal is None else 128 + self._signal

    async def _run_job(self, job: EvaluationJob) -> EvaluationJob:
        options = self._options
        if options.show_prompts:
            print_prompts(job, options.look(self._bundle))
        with view() as shown:

            def observe(before: EvaluationJobStatus, now: EvaluationJob) -> None:
                shown.changed(before, now)
                for warning in (*in_vain(before, now), *expected(before, now)):
                    shown.say(warning)

            run = LocalRun(job, Setup(self._bundle, options.results, options.model_url, observe, options.allow_code))
            self._running = run, shown
            for note in (*self._bundle.notes, *differences.notes(job, options.model_url)):
                shown.say(note)
            hint = asyncio.create_task(_hint(options.model_url or job.spec.model_url, shown))
            try:
                done = await run.run()
            finally:
                self._running = None
                hint.cancel()
        self._conclude(done, run.directory)
        return done

    def _conclude(self, job: EvaluationJob, directory: Path) -> None:
        if self._options.output == "table":
            from referee.cli.places import LocalPlace  # noqa: PLC0415 - nobody else needs it
            from referee.cli.slicetable import print_slices  # noqa: PLC0415 - the same
            from referee.cli.table import print_results  # noqa: PLC0415 - the same
            from referee.cli.views.directory import is_results_directory, read_directory  # noqa: PLC0415 - the same

            if is_results_directory(directory):
                print_slices(read_directory(directory))
            print_results(job, LocalPlace(directory))
        else:
            sys.stderr.write(words.conclusion(job.status) + "\n")
        finished = get(job.status.conditions, ConditionType.FINISHED)
        if finished is not None and finished.reason == Reason.PROVIDER_NOT_FOUND:
            sys.stderr.write("Give the manifest of another Provider as one more FILE\n")

    def _interrupted(self, number: signal.Signals) -> None:
        again, self._signal = self._signal is not None, self._signal or number
        if self._running is None:
            return
        run, shown = self._running
        if again:
            run.kill()
            return
        run.cancel()
        grace = grace_seconds(run.job)
        shown.say(f"stopping: adapters have {grace} s to hand over what they have; once more ends them at once")


async def _hint(url: str, shown: View) -> None:
    said = await reachable.trouble(url)
    if said is not None:
        shown.say(said)
