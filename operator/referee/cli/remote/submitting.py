"""`referee submit`: the files are read as `referee run` reads them, so they are refused with the same sentences.

EvaluationJobs are created and nothing else. A file for `referee run` often holds the Provider that its job names, and
to change what a whole team uses is not what somebody means who submits a job: so that must be there already, and the
job is not sent into a wait of a quarter of an hour if it is not.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from referee.cli import exit_codes
from referee.cli.remote.asking import ask, checked, refused
from referee.cli.remote.cluster import id_of
from referee.cli.remote.flags import Flags
from referee.cli.remote.following import follow, goes_on
from referee.cli.remote.port import Document, Offered, Remote, RemoteError, Submission
from referee.cli.remote.shapes import dump
from referee.clock import utc_now
from referee.local.bundle import Bundle, read
from referee.local.errors import LocalError

_FROM_HERE = {"uid", "generation", "creationTimestamp"}
"""What reading the file has added."""


def submit(flags: Flags, given: Submission) -> int:
    """Create the jobs of the files, and return the exit code: of their outcomes, if they are waited for."""
    try:
        bundle = read(given.files, utc_now(), namespace="")
        documents = _documents(bundle, given)
        flags = _in_their_namespace(flags, bundle)
    except LocalError as error:
        return refused(RemoteError("\n".join(error.problems)))
    except RemoteError as error:
        return refused(error)
    submitted: list[str] = []

    async def work(remote: Remote) -> int:
        for note in [*bundle.notes, *await _left_alone(remote, bundle)]:
            sys.stderr.write(f"{note}\n")
        for document in documents:
            created = await remote.submit(document)
            submitted.append(created["metadata"]["name"])
            _tell(created, given)
        if given.show is None:
            return exit_codes.OK
        return exit_codes.worst([await follow(remote, name, given.output, given.show) for name in submitted])

    return ask(flags, work, lambda: "\n".join(map(goes_on, submitted)) or "nothing was submitted")


def _documents(bundle: Bundle, given: Submission) -> list[Document]:
    """The jobs as they were written, without what the models would add."""
    if not bundle.jobs:
        said = f"{', '.join(given.files)}: no EvaluationJob in it: there is nothing to submit"
        raise RemoteError("\n".join([said, *bundle.notes]))
    if given.name is not None and len(bundle.jobs) > 1:
        raise RemoteError(f"--name: the files hold {len(bundle.jobs)} EvaluationJobs, and only one can be called so")
    found = []
    for job in bundle.jobs:
        document = job.model_dump(mode="json", by_alias=True, exclude_unset=True)
        metadata = {name: value for name, value in document["metadata"].items() if name not in _FROM_HERE and value}
        if given.name is not None:
            metadata["name"] = checked(given.name)
        found.append({**document, "metadata": metadata})
    return found


def _in_their_namespace(flags: Flags, bundle: Bundle) -> Flags:
    """The jobs' own namespace counts, as for kubectl, and must not contradict the flag."""
    named = {job.metadata.namespace for job in bundle.jobs} - {""}
    if flags.namespace is not None:
        named.add(flags.namespace)
    if len(named) > 1:
        raise RemoteError(f"several namespaces are named ({', '.join(sorted(named))}): submit to one at a time")
    return replace(flags, namespace=named.pop()) if named else flags


async def _left_alone(remote: Remote, bundle: Bundle) -> list[str]:
    """Notes on what else the files hold; RemoteError if a job would miss it."""
    names = [(k.kind, k.name) for k in bundle.keyed]
    names += [(entry.kind, entry.metadata.name) for entry in bundle.evaluators]
    names += [(entry.kind, entry.metadata.name) for entry in bundle.datasets]
    notes = [f"{kind} {name}: is not created by submit; `kubectl apply` does" for kind, name in names]
    providers = _ids(await remote.providers()) if bundle.providers else set()
    collections = _ids(await remote.collections()) if bundle.collections else set()
    given: list[tuple[str, str, bool]] = [(entry.kind, entry.id, entry.id in providers) for entry in bundle.providers]
    given += [(entry.kind, entry.id, entry.id in collections) for entry in bundle.collections]
    for kind, id_, there in given:
        if not there:
            raise RemoteError(
                f"{kind} {id_}: stands in the files and not in {remote.place}; submit creates EvaluationJobs alone:"
                " `kubectl apply -f` it first"
            )
        notes.append(f"{kind} {id_}: is used as it is there; submit changes EvaluationJobs alone")
    return notes


def _ids(offered: Sequence[Offered]) -> set[str]:
    return {id_of(each.document) for each in offered}


def _tell(created: Document, given: Submission) -> None:
    """The name alone on the standard output, for `job=$(referee submit …)`; what is asked for with -o comes later."""
    name = created["metadata"]["name"]
    if given.show is not None:
        sys.stderr.write(f"submitted {name}\n")
    elif given.output == "table":
        sys.stdout.write(f"{name}\n")
        if sys.stderr.isatty():
            sys.stderr.write(f"`referee watch {name}` follows it\n")
    else:
        sys.stdout.write(dump(created, given.output))
