"""Where users' code runs: a locked child for each sample, which can compute and nothing else.

    pool.py     the adapter's side: `SandboxPool.run(program, call)`
      link.py     one connection to one keeper
    keeper.py   a process of its own, started with an empty environment: forks a child per sample, watches its clock
      lockdown.py   what keeper and child give up, in which order; kernel.py makes the calls
      bpf.py, syscalls.py   the filter that leaves system calls for computing only
      inside.py     what the locked child does with the user's code

This module imports nothing: the keeper loads it too, and what it loads is what the user's code can see.
Guarantees and their limits: docs/sandbox.md.
"""
