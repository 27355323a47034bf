"""`referee get`: one job or many, in a line each or whole."""

import sys

from referee.api.evaluationjob import EvaluationJob
from referee.cli import exit_codes
from referee.cli.remote import summaries
from referee.cli.remote.asking import ask, checked
from referee.cli.remote.flags import Flags
from referee.cli.remote.port import Document, Remote, Wanted
from referee.cli.remote.shapes import dump, listed
from referee.cli.remote.tables import print_csv, print_table
from referee.clock import utc_now


def get(flags: Flags, name: str | None, wanted: Wanted, output: str) -> int:
    """Print the job of that name, or every one that is wanted."""

    async def work(remote: Remote) -> int:
        if name is not None:
            document = await remote.get(checked(name))
            _print([document], document, output)
            return exit_codes.OK
        documents = await remote.jobs(wanted)
        _print(documents, listed(documents), output)
        if not documents and output in ("table", "wide"):
            sys.stderr.write(f"no EvaluationJobs in {remote.place}\n")
        return exit_codes.OK

    return ask(flags, work)


def _print(documents: list[Document], whole: Document, output: str) -> None:
    if output in ("json", "yaml"):
        sys.stdout.write(dump(whole, output))
    elif output == "name":
        sys.stdout.writelines(f"{document['metadata']['name']}\n" for document in documents)
    else:
        jobs = [EvaluationJob.model_validate(document) for document in documents]
        if output == "csv":
            print_csv(map(summaries.facts, jobs), summaries.FIELDS)
        elif jobs:
            now = utc_now()
            headings = summaries.HEADINGS + (summaries.WIDE if output == "wide" else ())
            print_table(headings, (summaries.cells(job, now) for job in jobs), summaries.RIGHT)
