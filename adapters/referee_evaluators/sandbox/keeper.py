"""The keeper: a process that holds the modules, and forks a locked child for each call.

Started by the adapter with an empty environment and one socket, so nothing of the adapter's is in its memory: no token,
no key, no other evaluator's state. It never runs users' code itself. When it has loaded the modules it locks itself,
tries in a first child what must not work, and says that it is ready, or why not.

A child a call and not a batch: to fork, lock and end one costs about two milliseconds, and nothing of one sample can
reach the next. Not a fresh interpreter a call: that costs fifty times as much. Not threads or sub-interpreters: one
crash takes all.
"""

import gc
import json
import os
import select
import socket
import sys
import time
from contextlib import suppress

from referee_evaluators.sandbox import children, frames, inside, modules
from referee_evaluators.sandbox.children import Child
from referee_evaluators.sandbox.frames import Frame
from referee_evaluators.sandbox.limits import Limits
from referee_evaluators.sandbox.lockdown import ANSWER, Lockdown, what_is_still_possible
from referee_evaluators.sandbox.program import Program

_READ = 1 << 18
_COURTESY = 5
"""How much the adapter's own loop comes first where both want the CPU."""


class Keeper:
    """Calls in, answers out, one child each."""

    def __init__(self, control: socket.socket, limits: Limits, lockdown: Lockdown) -> None:
        self._control = control
        self._limits = limits
        self._lockdown = lockdown
        self._programs: dict[int, inside.Loaded | str] = {}
        self._children: dict[int, Child] = {}
        self._frames = frames.Unpacker()
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        """Until the adapter closes its end."""
        while True:
            for descriptor, _ in self._poll.poll(self._patience()):
                if descriptor != self._control.fileno():
                    self._hear(self._children[descriptor])
                elif not self._take():
                    return
            self._stop_the_late()

    def _patience(self) -> float | None:
        """Milliseconds until the next child is late."""
        if not self._children:
            return None
        return max(0.0, min(child.deadline for child in self._children.values()) - time.monotonic()) * 1000

    def _take(self) -> bool:
        data = self._control.recv(_READ)
        for frame in self._frames.feed(data):
            if frame.kind == frames.PROGRAM:
                self._learn(frame)
            else:
                self._start(frame)
        return bool(data)

    def _learn(self, frame: Frame) -> None:
        try:
            self._programs[frame.call] = inside.load(Program(**json.loads(frame.body)))
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            self._programs[frame.call] = f"The code cannot be compiled: {error}."

    def _start(self, frame: Frame) -> None:
        (number,) = frames.NUMBER.unpack_from(frame.body)
        program = self._programs[number]
        if isinstance(program, str):
            self._control.sendall(frames.pack(frames.ENDED, frame.call, program.encode()))
            return
        call = frame.body[frames.NUMBER.size :]
        child = children.start(frame.call, program, call, self._lockdown, self._limits)
        self._children[child.answer] = child
        self._poll.register(child.answer, select.POLLIN)

    def _hear(self, child: Child) -> None:
        if not children.take(child, self._limits):
            self._finish(child)

    def _stop_the_late(self) -> None:
        now = time.monotonic()
        for child in [child for child in self._children.values() if child.deadline <= now]:
            child.stopped = f"The code was stopped: it did not return within {self._limits.seconds:g} s."
            self._finish(child)

    def _finish(self, child: Child) -> None:
        self._poll.unregister(child.answer)
        del self._children[child.answer]
        answer = children.end(child)
        if isinstance(answer, bytes):
            self._control.sendall(frames.pack(frames.ANSWER, child.call, answer))
        else:
            self._control.sendall(frames.pack(frames.ENDED, child.call, answer.encode()))


def prove(lockdown: Lockdown) -> None:
    """Let a locked child try what must not work.

    Raises:
        OSError: something did; this machine cannot hold users' code.
    """
    ours, its = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            lockdown.of_a_child(its)
            os.write(ANSWER, json.dumps(what_is_still_possible()).encode())
        finally:
            os._exit(0)
    os.close(its)
    said = os.read(ours, _READ)
    os.close(ours)
    os.waitpid(pid, 0)
    if not said:
        raise OSError("a child could not be locked")
    if possible := json.loads(said):
        raise OSError(f"in a locked child it was still possible to {', '.join(possible)}")


def main() -> None:
    """Read the order, load, lock, prove, serve."""
    order = json.loads(sys.argv[1])
    control = socket.socket(fileno=os.dup(order["control"]))  # a low number: a child closes those up to a bound
    os.close(order["control"])
    os.nice(_COURTESY)
    try:
        limits = Limits.read(order["limits"])
        time.tzset()
        modules.load(order["extra"])
        null = os.open("/dev/null", os.O_RDWR)
        lockdown = Lockdown(limits)
        landlock = lockdown.of_the_keeper()
        prove(lockdown)
        for descriptor in range(ANSWER):
            os.dup2(null, descriptor)
        os.close(null)
    except (OSError, ImportError) as error:
        control.sendall(frames.pack(frames.BROKEN, 0, str(error).encode()))
        return
    control.sendall(frames.pack(frames.READY, 0, json.dumps({"landlock": landlock}).encode()))
    # What is loaded stays as it is, so children share its memory.
    gc.collect()
    gc.freeze()
    gc.disable()
    with suppress(BrokenPipeError, ConnectionResetError):  # the adapter has gone
        Keeper(control, limits, lockdown).serve()


if __name__ == "__main__":
    main()
