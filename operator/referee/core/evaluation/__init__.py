"""What datapoints, evaluators and scores are, and how scores become figures: pure, for operator and adapter alike.

The built-in adapter imports this package and `core.stats`, and nothing else of Referee: so neither `referee.api` nor
pydantic is imported here.
"""
