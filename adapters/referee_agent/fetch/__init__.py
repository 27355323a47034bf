"""Brings a benchmark's own data to /test_data before any adapter starts.

Whoever may create a job chooses the address, and whoever answers there chooses the next one. So there is one way out,
a proxy in this process that looks names up itself, refuses what is not public, connects to exactly the address that it
has looked at, and counts; every library is pointed at it, and an audit hook stops what would go another way. What
lands is plain files below one directory.
"""
