"""Everything between the decisions of `core` and a Kubernetes API server: reading, caching, queueing, writing.

Here is I/O and a clock, and no opinion about evaluations. kopf is known to `informers` (and to `app`) alone, so
that the gateway can use the rest without it.
"""
