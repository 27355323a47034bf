"""The filter, run as the kernel would, for both architectures; and the numbers, against the kernel's own headers."""

import re
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referee_evaluators.sandbox.bpf import ALLOW, KILL, REFUSE, assemble
from referee_evaluators.sandbox.syscalls import ARCHITECTURES, CHILD, GUARDS, KEEPER, NUMBERS, Architecture

X86, ARM = ARCHITECTURES["x86_64"], ARCHITECTURES["aarch64"]
I386 = 0x40000003
EXECUTABLE, READABLE = 4, 1
HEADERS = {
    X86.name: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    ARM.name: Path("/usr/include/asm-generic/unistd.h"),
}
DANGEROUS = {
    X86.name: {"open": 2, "socket": 41, "connect": 42, "execve": 59, "ptrace": 101, "openat": 257, "memfd_create": 319},
    ARM.name: {"openat": 56, "ptrace": 117, "socket": 198, "connect": 203, "execve": 221, "memfd_create": 279},
}
DANGEROUS_EVERYWHERE = {"io_uring_setup": 425, "pidfd_getfd": 438, "openat2": 437, "clone3": 435, "landlock": 446}


def decide(program: bytes, number: int, architecture: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel does with a call, by the semantics of classic BPF."""
    padded = (*arguments, *([0] * (6 - len(arguments))))
    data = struct.pack("<IIQ6Q", number, architecture, 0, *padded)
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        if operation == 0x06:
            return int(value)
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, value)
        elif operation == 0x54:
            accumulator &= value
        else:
            met = accumulator == value if operation == 0x15 else accumulator >= value
            at += yes if met else no


@pytest.mark.parametrize("machine", ARCHITECTURES.values(), ids=str)
@pytest.mark.parametrize("allowed", [CHILD, KEEPER], ids=["child", "keeper"])
def test_every_number_is_decided_by_the_list(machine: Architecture, allowed: frozenset[str]) -> None:
    program = assemble(machine, allowed)
    plain = {machine.number(name) for name in allowed if name not in GUARDS}

    through = {number for number in range(4096) if decide(program, number, machine.audit, (0, 0, EXECUTABLE)) == ALLOW}

    assert through == plain - {None}


@pytest.mark.parametrize("machine", ARCHITECTURES.values(), ids=str)
def test_what_reaches_out_is_refused(machine: Architecture) -> None:
    program = assemble(machine, KEEPER)
    for name, number in (DANGEROUS[machine.name] | DANGEROUS_EVERYWHERE).items():
        assert decide(program, number, machine.audit) == REFUSE, name


@pytest.mark.parametrize("machine", ARCHITECTURES.values(), ids=str)
@pytest.mark.parametrize("call", ["mmap", "mprotect"])
def test_memory_is_never_made_executable(machine: Architecture, call: str) -> None:
    program, number = assemble(machine, CHILD), machine.number(call)
    assert number is not None
    assert decide(program, number, machine.audit, (0, 4096, READABLE)) == ALLOW
    assert decide(program, number, machine.audit, (0, 4096, READABLE | EXECUTABLE)) == REFUSE
    assert decide(program, number, machine.audit, (0, 4096, EXECUTABLE | 1 << 40)) == REFUSE


@pytest.mark.parametrize("machine", ARCHITECTURES.values(), ids=str)
@pytest.mark.parametrize(
    ("flags", "what"),
    [
        (0x01200011, "a fork of glibc"),
        (0x11, "a fork of musl"),
        (0x10000011, "a user namespace"),
        (0x00020011, "a mount namespace"),
        (0x003D0F00, "a thread"),
        (0x00004111, "a vfork"),
        (0, "a child that nobody hears end"),
    ],
)
def test_the_keeper_forks_and_does_nothing_else(machine: Architecture, flags: int, what: str) -> None:
    number = machine.number("clone")
    assert number is not None
    expected = ALLOW if "fork of" in what else REFUSE
    assert decide(assemble(machine, KEEPER), number, machine.audit, (flags,)) == expected
    assert decide(assemble(machine, CHILD), number, machine.audit, (flags,)) == REFUSE


@given(number=st.integers(0, 2**32 - 1), argument=st.integers(0, 2**64 - 1))
def test_another_architectures_calls_end_the_process(number: int, argument: int) -> None:
    for machine, other in ((X86, ARM), (ARM, X86)):
        program = assemble(machine, CHILD)
        assert decide(program, number, other.audit, (argument,)) == KILL
        assert decide(program, number, I386, (argument,)) == KILL
    assert decide(assemble(X86, CHILD), number | 0x40000000, X86.audit, (argument,)) == KILL


@pytest.mark.parametrize("machine", ARCHITECTURES.values(), ids=str)
def test_the_numbers_are_the_kernels(machine: Architecture) -> None:
    header = HEADERS[machine.name]
    if not header.exists():
        pytest.skip("the kernel's headers are not installed")
    defined = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", header.read_text()))
    for name in NUMBERS:
        number = machine.number(name)
        assert defined.get(name) == (None if number is None else str(number)), name
