"""The calls by which a process gives up rights, which Python does not offer.

Each says in its own sentence what the kernel refused. None is ever optional by itself: whether a machine may do
without one is `lockdown.py`'s business.
"""

import ctypes
import errno
import os

from referee_evaluators.sandbox.syscalls import this_architecture

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9
_LANDLOCK_CREATE, _LANDLOCK_RESTRICT = 444, 446
_CAPSET = {"x86_64": 126, "aarch64": 91}
_CAPABILITY_VERSION = 0x20080522


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


class _Ruleset(ctypes.Structure):
    _fields_ = (("filesystem", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


def no_new_privileges() -> None:
    """From here on no program gives this process more rights than it has; a filter may be set after that."""
    _prctl("no_new_privs", _PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """The kernel kills this process when the one that forked it ends."""
    _prctl("the parent's death signal", _PR_SET_PDEATHSIG, _SIGKILL)


def install_filter(program: bytes) -> None:
    """Ask this filter before each system call from now on, beside those that are there."""
    wanted = _Program(len(program) // 8, program)
    _prctl("the seccomp filter", _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(wanted))


def drop_capabilities() -> None:
    """Be root in name only; nothing happens to who has no capabilities."""
    machine = this_architecture()
    if machine is None or os.geteuid() != 0:
        return
    number = 0
    while _LIBC.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(number), 0, 0, 0) == 0:
        number += 1
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    none = (ctypes.c_uint32 * 6)()
    if _LIBC.syscall(_CAPSET[machine.name], header, none):
        raise OSError(ctypes.get_errno(), "the kernel kept our capabilities")


def landlock() -> int:
    """Allow no file, no TCP port, and no signal to other processes (Landlock).

    Returns:
        The version of Landlock that now holds; 0 where the kernel, or the container's own filter, has none.
    """
    version = int(_LIBC.syscall(_LANDLOCK_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1)))
    if version < 1:
        return 0
    rights = {1: 13, 2: 14, 3: 15, 4: 15}.get(version, 16)
    wanted = _Ruleset((1 << rights) - 1, 3, 3)
    size = 8 if version < 4 else 16 if version < 6 else 24  # noqa: PLR2004 - versions of the kernel's interface
    ruleset = _LIBC.syscall(_LANDLOCK_CREATE, ctypes.byref(wanted), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "Landlock is there and takes no rules")
    try:
        if _LIBC.syscall(_LANDLOCK_RESTRICT, ctypes.c_int(ruleset), ctypes.c_uint32(0)):
            raise OSError(ctypes.get_errno(), "Landlock is there and does not hold")
    finally:
        os.close(ruleset)
    return version


def _prctl(what: str, option: int, *values: int) -> None:
    padded = [ctypes.c_ulong(value) for value in (*values, 0, 0, 0, 0)[:4]]
    if _LIBC.prctl(ctypes.c_int(option), *padded):
        number = ctypes.get_errno()
        raise OSError(number, f"the kernel refused {what} ({errno.errorcode.get(number, number)})")
