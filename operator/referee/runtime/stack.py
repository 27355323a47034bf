"""How deep Python may recurse, in a process that reads what an API server holds.

An API server takes objects nested 10,000 deep (the bound of its own JSON reader), and Python's stops at 1,000: one
such object would end every watch of its kind, kopf's too, where nothing can be caught. So the limit is above the
server's, and what is too deep for us is left out object by object (`core.nesting`), after it was read.

The reader is C and takes C stack: 8 MiB, what Linux gives a process, hold 50,000 levels of it, and 25,000 of the
most wasteful recursion in C that there is here (comparing). Threads are given as much as the process.
"""

import resource
import sys
import threading

LEVELS = 12_000
"""The server's 10,000, what a watch and a list put around them, and the frames that call."""
STACK = 8 * 1024 * 1024


def allow_deep_json() -> None:
    """Raise the limits of this process; to be called before it reads anything."""
    soft, hard = resource.getrlimit(resource.RLIMIT_STACK)
    if soft != resource.RLIM_INFINITY and soft < STACK:
        if hard != resource.RLIM_INFINITY and hard < STACK:
            return  # what is too deep is then an error where it is read; a stack that ends is the end of the process
        resource.setrlimit(resource.RLIMIT_STACK, (STACK, hard))  # the main thread's grows while it runs
    threading.stack_size(STACK)
    sys.setrecursionlimit(LEVELS)
