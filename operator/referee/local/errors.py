"""What keeps a manifest from being run here, before anything runs.

    LocalError          the files cannot be used: everything that is wrong with them, a sentence each
    └── Busy            the results directory belongs to a run that is still going on

What is wrong with a *job* (a reference that does not resolve, a missing Secret) is no exception: it ends the job
with a reason in its status, as in a cluster.
"""


class LocalError(Exception):
    """The input cannot be used."""

    def __init__(self, problems: list[str]) -> None:
        """Take the problems: each names file, object and field, and says what to do."""
        super().__init__("\n".join(problems))
        self.problems = problems


class Busy(LocalError):  # noqa: N818 - named as the state it reports
    """Another run writes where this one would."""
