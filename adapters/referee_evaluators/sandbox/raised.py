"""An exception of a user's code, for its author: what Python says, what to do, and the lines of that code.

The frames of the sandbox itself and of the standard library are left out: the author did not write them.
"""

import errno
import traceback

from referee_evaluators.sandbox.limits import MIB, Limits

_FRAMES = 3
_TEXT = 240
_LINE = 80
_HINT = "Code evaluators compute: files, network, processes, threads and signals are closed to them."


def describe(error: BaseException, limits: Limits, file: str = "<evaluator>") -> str:
    """What Python says, then where, the innermost line first; so what is cut off at last is what matters least."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    last = frames[-_FRAMES:]
    lines = [f"line {frame.lineno}, in {frame.name[:_LINE]}: {(frame.line or '')[:_LINE]}" for frame in last]
    return "\n".join([_said(error, limits), *reversed(lines)])


def _said(error: BaseException, limits: Limits) -> str:
    if isinstance(error, MemoryError):
        return f"MemoryError: the code may use {limits.memory // MIB} MiB."
    if isinstance(error, SystemExit):
        return f"The code called exit({error.code!r:.50}) instead of returning a value."
    try:
        text = str(error)
    except BaseException:  # noqa: BLE001 - it is the code's own __str__
        text = "(its message cannot be made)"
    name = type(error).__name__[:_LINE]
    said = f"{name}: {text[:_TEXT]}" if text else name
    return f"{said}. {_HINT}" if _was_refused(error, text) else said


def _was_refused(error: BaseException, text: str) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.EPERM, errno.EACCES, errno.EAGAIN, errno.EMFILE)
    return isinstance(error, RuntimeError) and "start new thread" in text
