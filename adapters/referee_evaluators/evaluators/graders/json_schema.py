"""Whether the output is JSON of a schema.

An output that is no JSON is a wrong answer. The schema is the evaluator's; `$schema` chooses the draft, 2020-12 is the
default; `format` says nothing by itself, as in that draft. A reference can only point into the schema: nothing is
fetched. Patterns have the time that the regex grader gives them.
"""

from collections.abc import Iterator
from typing import Any

import jsonschema
from referencing import Registry
from referencing.exceptions import Unresolvable

from referee.core.evaluation import schemas
from referee_adapter import Failure, SpecError
from referee_adapter.fields import Fields
from referee_evaluators.evaluators.graders.grade import YES_OR_NO, Found, Grader
from referee_evaluators.evaluators.graders.json_values import NotJSON, parse
from referee_evaluators.evaluators.graders.patterns import LONGEST, compiled
from referee_evaluators.evaluators.graders.texts import output_of
from referee_evaluators.evaluators.scores import NotScored
from referee_evaluators.spec import EvaluatorSpec
from referee_evaluators.types import Sample

_WHY = 300


def grader(options: Fields, evaluator: EvaluatorSpec) -> Grader:
    """Check the schema itself.

    Raises:
        Failure: it is none.
    """
    schema = options.mapping("schema")
    if trouble := schemas.trouble(schema):
        raise Failure("EvaluatorInvalid", f"evaluator {evaluator.name!r}: schema{trouble}", retryable=False)
    base: Any = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    extend: Any = jsonschema.validators.extend
    validator = extend(base, {"pattern": _pattern})(schema, registry=Registry())

    def grade(sample: Sample) -> Found:
        try:
            value = parse(output_of(sample))
        except NotJSON as error:
            return Found(value=False, why=f"the output is no JSON: {error}")
        try:
            first = min(
                validator.iter_errors(value), key=lambda error: (len(error.path), error.json_path), default=None
            )
        except TimeoutError:
            raise NotScored(f"a pattern of the schema was still searching after {LONGEST:g} s") from None
        except SpecError as error:
            # it is one to Python, and none to the package that can be told to stop
            raise NotScored(str(error)) from error
        except Unresolvable as error:
            raise NotScored(f"the schema refers to {error.ref!r}, which is not in it") from error
        except RecursionError:
            raise NotScored("the schema or the output is nested too deep") from None
        return Found(value=True) if first is None else Found(value=False, why=_sentence(first))

    return Grader(grade, YES_OR_NO)


def _pattern(validator: object, pattern: str, instance: object, schema: object) -> Iterator[jsonschema.ValidationError]:
    del validator, schema
    if isinstance(instance, str) and not compiled(pattern).search(instance, timeout=LONGEST):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern!r}")


def _sentence(error: jsonschema.ValidationError) -> str:
    return f"{error.json_path}: {error.message}"[:_WHY]
