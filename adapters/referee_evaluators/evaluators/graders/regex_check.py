"""Whether a pattern is found anywhere in the output.

A pattern that backtracks for ever is an error of the evaluator on the samples that it hangs on. Nearly every search
ends within the first budget and is made on the spot; the few others go on in a thread, where the package lets go of the
interpreter, so that no other sample waits.
"""

import asyncio
from collections.abc import Awaitable

from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import YES_OR_NO, Found, Grader
from referee_evaluators.evaluators.graders.patterns import LONGEST, Match, compiled
from referee_evaluators.evaluators.graders.texts import output_of, shown
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample

_AT_ONCE = 0.01
"""Seconds."""


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Compile the pattern."""
    del evaluator
    text = options.text("pattern")
    pattern = compiled(text)

    def grade(sample: Sample) -> Found | Awaitable[Found]:
        output = output_of(sample)
        try:
            return _found(pattern.search(output, timeout=_AT_ONCE), text)
        except TimeoutError:
            return patient(output)

    async def patient(output: str) -> Found:
        try:
            found = await asyncio.to_thread(pattern.search, output, timeout=LONGEST, concurrent=True)
        except TimeoutError:
            raise NotScored(f"pattern {shown(text)} was still searching after {LONGEST:g} s") from None
        return _found(found, text)

    return Grader(grade, YES_OR_NO)


def _found(match: Match | None, text: str) -> Found:
    if match is None:
        return Found(value=False, why=f"no match of {shown(text)}")
    return Found(value=True, why=f"matched {shown(match[0])}")
