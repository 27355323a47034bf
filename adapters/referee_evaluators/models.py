"""The endpoints of a run: the model under test and the judges, over one ledger and one cache."""

import logging
import os
import sqlite3
from pathlib import Path

from referee_adapter import Context
from referee_evaluators.endpoint.cache import Cache
from referee_evaluators.endpoint.client import HttpEndpoint, Shared
from referee_evaluators.endpoint.ledger import Ledger, Spent
from referee_evaluators.endpoint.target import judge_target, model_target
from referee_evaluators.spec import EvaluationSpec, EvaluatorSpec
from referee_evaluators.types import Endpoint

CACHE_VARIABLE = "REFEREE_CACHE_DIR"
"""A directory on a volume that outlives the pod; unset: the pod's own scratch."""
_FILE = "answers.sqlite"
_log = logging.getLogger(__name__)


class Models:
    """Made inside the running loop."""

    def __init__(self, context: Context, evaluation: EvaluationSpec, spent: Spent) -> None:
        """Connect to nothing yet."""
        self._context = context
        self._evaluation = evaluation
        self.ledger = Ledger(evaluation.budget, earlier=spent)
        self._cache = _open(context) if evaluation.cache else None
        self._shared = Shared(self.ledger, self._cache)
        self._under_test: HttpEndpoint | None = None
        self._all: list[HttpEndpoint] = []

    def under_test(self) -> HttpEndpoint:
        """The model under test."""
        if self._under_test is None:
            self._under_test = HttpEndpoint(model_target(self._context, self._evaluation), self._shared)
            self._all.append(self._under_test)
        return self._under_test

    def judge(self, evaluator: EvaluatorSpec) -> Endpoint:
        """The model of an evaluator.

        Raises:
            SpecError: its block is malformed.
        """
        target = judge_target(self._context, evaluator)
        if target is None:
            return self.under_test()
        self._all.append(HttpEndpoint(target, self._shared))
        return self._all[-1]

    def shaky(self) -> bool:
        """Whether one of them is losing calls just now."""
        return any(endpoint.streak for endpoint in self._all)

    async def close(self) -> None:
        """Close connections and cache."""
        for endpoint in self._all:
            await endpoint.close()
        if self._cache is not None:
            self._cache.close()


def _open(context: Context) -> Cache | None:
    directory = Path(os.environ.get(CACHE_VARIABLE) or context.paths.data)
    try:
        return Cache(directory / _FILE)
    except (OSError, sqlite3.Error) as error:
        _log.warning("no cache of answers: %s: %s", directory / _FILE, error)
        return None
