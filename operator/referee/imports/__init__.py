"""Finished runs of other tools as runs of ours: their samples, scores and figures, kept as `referee run` keeps its own.

What another tool measured is taken as it is and never measured again. Its scores become those of External evaluators of
an evaluation whose outputs were posted, so everything that can be done with a run can be done with it: a report, a
comparison, a baseline, other evaluators over the same outputs.
"""
