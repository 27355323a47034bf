"""What can go wrong in an adapter, as a tree.

    AdapterError
    |-- SpecError      the job spec cannot be used: nothing was run, another attempt cannot help
    |-- Failure        the run ended without a score, for a reason that the adapter knows
    `-- Stopped        the pod was told to stop before the run was complete

`Failure` carries what becomes the result (reason, message, retryable), so that an adapter raises where it finds
out, deep inside its framework's call-backs, instead of handing error results up by hand. Everything else that
escapes an adapter is a bug of the adapter and is reported as `AdapterError`.
"""


class AdapterError(Exception):
    """Base of all of them."""


class SpecError(AdapterError):
    """The job spec is missing or malformed; the message names the file and the field."""


class Failure(AdapterError):  # noqa: N818 - a result, not a bug
    """The benchmark could not be scored."""

    def __init__(self, reason: str, message: str, *, retryable: bool) -> None:
        """Take what the result will say.

        Args:
            reason: one CamelCase word that a machine compares.
            message: what is wrong and what to do, for people.
            retryable: False where another attempt with the same spec must end the same way.
        """
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.retryable = retryable


class Stopped(AdapterError):  # noqa: N818 - an order obeyed, not a bug
    """Raised by an adapter that was told to stop; what it has so far it gave to `Context.partial` before."""
