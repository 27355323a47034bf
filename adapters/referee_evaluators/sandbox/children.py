"""One locked child: how it is started, what is taken from it, how it ended.

The answer is the child's bytes: a tag that only the child was told, the length, JSON. The tag is no secret from code
that walks its own frames. It tells an answer from bytes that the code wrote to whatever descriptors it found, so that a
forgery is reported and not taken for a score. More bytes than allowed, bytes after the answer, or none: reported too.
"""

import gc
import os
import signal
import struct
import time
from dataclasses import dataclass, field

from referee_evaluators.sandbox import inside
from referee_evaluators.sandbox.inside import Loaded
from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.lockdown import ANSWER, Lockdown

_TAG = 16
_LENGTH = struct.Struct("!I")
_READ = 1 << 16


@dataclass(slots=True)
class Child:
    """A child that runs."""

    call: int
    pid: int
    answer: int
    """Where its answer comes from; this end is ours."""
    tag: bytes
    deadline: float
    read: bytearray = field(default_factory=bytearray)
    stopped: str = ""
    """Why we killed it."""


def start(call: int, program: Loaded, body: bytes, lockdown: Lockdown, limits: Limits) -> Child:
    """Fork, lock the child, and let it run the program."""
    tag = os.urandom(_TAG)
    ours, its = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_the_child(program, body, tag, its, lockdown, limits)
    os.close(its)
    return Child(call, pid, ours, tag, time.monotonic() + limits.seconds)


def _be_the_child(program: Loaded, body: bytes, tag: bytes, answer: int, lockdown: Lockdown, limits: Limits) -> None:
    try:
        gc.enable()
        lockdown.of_a_child(answer)
        text = inside.answer(program, body, limits)
        _write(tag + _LENGTH.pack(len(text)) + text)
    finally:
        os._exit(0)


def _write(data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(ANSWER, view) :]


def take(child: Child, limits: Limits) -> bool:
    """Read what is there; False when the child has nothing more to say, or has said too much."""
    data = os.read(child.answer, _READ)
    child.read += data
    if len(child.read) > limits.result_bytes + _TAG + _LENGTH.size:
        child.stopped = f"The code returned more than {limits.result_bytes // 1024} KiB, with what it printed."
        return False
    return bool(data)


def end(child: Child) -> bytes | str:
    """Kill it if it still runs; its answer, or a sentence on why there is none."""
    os.close(child.answer)
    os.kill(child.pid, signal.SIGKILL)  # it is ours until we have waited: no other process can have its number
    _, status = os.waitpid(child.pid, 0)
    if child.stopped:
        return child.stopped
    head = _TAG + _LENGTH.size
    said = bytes(child.read)
    if said[:_TAG] == child.tag and len(said) >= head and len(said) == head + _LENGTH.unpack(said[_TAG:head])[0]:
        return said[head:]
    if said:
        return "The code wrote to a descriptor that is not its own; what it returned is not taken."
    return _how(status)


def _how(status: int) -> str:
    if not os.WIFSIGNALED(status):
        return (
            f"The code ended its process (exit status {os.waitstatus_to_exitcode(status)}) without returning a value."
        )
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return "The code was stopped: it used all the CPU time that it may."
    if number == signal.SIGKILL:
        return (
            "The code's process ended without a value: it closed the way of its answer, or the kernel killed it "
            "for want of memory."
        )
    named = {known.value: known.name for known in signal.Signals}
    return f"The code's process crashed ({named.get(number, number)}) before it returned a value."
