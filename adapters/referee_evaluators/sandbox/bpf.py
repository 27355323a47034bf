"""The filter that the kernel asks before each system call of a process (seccomp, classic BPF).

Two instructions a call: is it this one, then allow. A jump table would take fewer steps, but the kernel keeps a bitmap
of the calls that are always allowed and does not run the filter for them at all (5.11 and later), so what is read best
is also fast. A call that is not allowed fails with EPERM and goes on: Python turns that into an exception with a line
number, which is what the evaluator's author needs. Killing is for calls that no program of ours can make: those of
another architecture's table, whose numbers mean other things.
"""

import struct
from collections.abc import Iterable

from referee_evaluators.sandbox.syscalls import GUARDS, Architecture

ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | 1
"""SECCOMP_RET_ERRNO with EPERM."""
KILL = 0x80000000
"""SECCOMP_RET_KILL_PROCESS."""

_INSTRUCTION = struct.Struct("=HBBI")
_LOAD, _AND, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
# struct seccomp_data: nr, arch, instruction_pointer, args[6]; both architectures are little-endian
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16


def assemble(architecture: Architecture, allowed: Iterable[str]) -> bytes:
    """The filter that lets these calls through."""
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if architecture.foreign is not None:
        program += [(_AT_LEAST, 0, 1, architecture.foreign), (_RETURN, 0, 0, KILL)]
    for name in sorted(allowed):
        number = architecture.number(name)
        if number is None:
            continue
        if guard := GUARDS.get(name):
            program += [
                (_EQUAL, 0, 5, number),
                (_LOAD, 0, 0, _ARGUMENTS + 8 * guard.argument),
                (_AND, 0, 0, guard.mask),
                (_EQUAL, 0, 1, guard.equals),
                (_RETURN, 0, 0, ALLOW),
                (_RETURN, 0, 0, REFUSE),
            ]
        else:
            program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, ALLOW)]
    program.append((_RETURN, 0, 0, REFUSE))
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in program)
