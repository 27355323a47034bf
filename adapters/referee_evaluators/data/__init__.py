"""Datasets, read: files of four formats and rows in the job spec, as a stream of datapoints.

`Dataset` is read as often as it is iterated and holds no row of it. Its `survey` comes first: it reads everything once
and refuses what is wrong anywhere, before a model is asked for the first row.
"""

from referee_evaluators.data.dataset import Dataset, Survey, read
from referee_evaluators.data.problems import DataError
from referee_evaluators.data.sampling import chosen

__all__ = ["DataError", "Dataset", "Survey", "chosen", "read"]
