"""Estimates and their intervals, one family a file, in pure Python.

They run in the operator and in adapters' pods alike, so nothing of Referee but this package is imported here, and
no numpy or scipy: they would weigh more than the rest of the operator. Scipy is the oracle of the tests instead.
"""
