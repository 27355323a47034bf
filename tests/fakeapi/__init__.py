"""A fake API server: for faults that no real one commits on demand, and for counting calls. Never for truth.

What it answers is held to the real API server by `tests/integration/test_kube_contract.py`, which runs on both.
"""
