"""The system calls that are left, by number, on both architectures.

A list of what is allowed, not of what is denied: a kernel learns new calls with every release (io_uring, open_tree,
clone3), and a list of the dangerous ones is out of date by then. What computing needs is short and does not change.

Two lists. The keeper starts processes and passes bytes on; a child computes and writes its answer. Neither has any way
to name a file, a socket's address or a program: open, openat, openat2, socket, connect, bind, execve, ptrace, mount,
io_uring and all the rest do not stand here. Numbers are those of the kernel's own tables (arch/x86/entry/syscalls,
include/uapi/asm-generic/unistd.h); -1 stands where an architecture has no such call.
"""

import platform
from dataclasses import dataclass
from typing import Final

NUMBERS: Final[dict[str, tuple[int, int]]] = {
    # memory
    "brk": (12, 214),
    "madvise": (28, 233),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "mremap": (25, 216),
    "munmap": (11, 215),
    # what is open already
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "read": (0, 63),
    "write": (1, 64),
    # clocks, chance, locks
    "clock_getres": (229, 114),
    "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115),
    "futex": (202, 98),
    "getrandom": (318, 278),
    "gettimeofday": (96, 169),
    "nanosleep": (35, 101),
    "sched_yield": (24, 124),
    "time": (201, -1),
    # its own signals
    "restart_syscall": (219, 128),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    # who am I
    "getegid": (108, 177),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getpid": (39, 172),
    "getppid": (110, 173),
    "getrusage": (98, 165),
    "gettid": (186, 178),
    "getuid": (102, 174),
    "sched_getaffinity": (204, 123),
    "times": (100, 153),
    # the end
    "exit": (60, 93),
    "exit_group": (231, 94),
    # the keeper's: children, and bytes from and to them
    "clone": (56, 220),
    "close_range": (436, 436),
    "dup2": (33, -1),
    "dup3": (292, 24),
    "kill": (62, 129),
    "pipe2": (293, 59),
    "poll": (7, -1),
    "ppoll": (271, 73),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "set_robust_list": (273, 99),
    "wait4": (61, 260),
}

KEEPER_ONLY: Final = frozenset(
    {"clone", "close_range", "dup2", "dup3", "kill", "pipe2", "poll", "ppoll", "prctl", "prlimit64"}
    | {"recvfrom", "sendto", "set_robust_list", "wait4"}
)
KEEPER: Final = frozenset(NUMBERS)
CHILD: Final = KEEPER - KEEPER_ONLY


@dataclass(frozen=True, slots=True)
class Guard:
    """An argument decides too: allowed if its low word, masked, is this."""

    argument: int
    mask: int
    equals: int


_PROT_EXEC = 4
_SIGCHLD = 17
_FORK_FLAGS = 0x01300000  # CLONE_CHILD_SETTID, CLONE_CHILD_CLEARTID, CLONE_PARENT_SETTID: what a C library's fork adds

GUARDS: Final[dict[str, Guard]] = {
    # No new machine code: what computes is Python's own.
    "mmap": Guard(2, _PROT_EXEC, 0),
    "mprotect": Guard(2, _PROT_EXEC, 0),
    # A plain fork: no thread, no namespace.
    "clone": Guard(0, 0xFFFFFFFF & ~_FORK_FLAGS, _SIGCHLD),
}


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a filter must know of the machine."""

    name: str
    audit: int
    """AUDIT_ARCH_*: a call made in another mode of the same machine carries another."""
    column: int
    foreign: int | None
    """Numbers from here on belong to another calling convention (x32)."""

    def number(self, call: str) -> int | None:
        """The number of a call; None if there is no such call here."""
        number = NUMBERS[call][self.column]
        return None if number < 0 else number


ARCHITECTURES: Final = {
    "x86_64": Architecture("x86_64", 0xC000003E, 0, 0x40000000),
    "aarch64": Architecture("aarch64", 0xC00000B7, 1, None),
}


def this_architecture() -> Architecture | None:
    """The machine's, if a filter can be made for it."""
    return ARCHITECTURES.get(platform.machine())
