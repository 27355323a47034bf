"""EvaluationJobs as the CRD lets them in, made by hypothesis from the CRD's own schema."""

import string
from typing import Any

from hypothesis import strategies as st

from referee.api.crd import definition
from referee.api.evaluationjob import EvaluationJob

Json = dict[str, Any]

_VERSION = definition(EvaluationJob)["spec"]["versions"][0]
SCHEMA: Json = _VERSION["schema"]["openAPIV3Schema"]["properties"]
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=5,
)
_TIMES = st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456Z", "2026-01-01T02:00:00+02:00"])
_ONE_OF = ("pvc", "configMap", "http", "s3", "git", "hf")


def of_schema(schema: Json) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - a table
    """Values that a structural schema accepts."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if schema.get("x-kubernetes-preserve-unknown-fields") and "properties" not in schema:
        return st.dictionaries(_TEXT, _ANY, max_size=3) if schema.get("type") == "object" else _ANY
    if schema.get("x-kubernetes-int-or-string"):
        return st.integers(0, 100)
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "array":
            return _array(schema)
        case "string":
            return _string(schema)
        case "integer":
            return st.integers(schema.get("minimum", -(2**53)), schema.get("maximum", 2**53))
        case "number":
            low, high = schema.get("minimum", -1e12), schema.get("maximum", 1e12)
            return st.floats(low, high, exclude_min=bool(schema.get("exclusiveMinimum")), allow_nan=False) | st.just(
                (low + high) / 2
            )
        case "boolean":
            return st.booleans()
    return _ANY


def _object(schema: Json) -> st.SearchStrategy[Json]:
    if "properties" not in schema:
        values = of_schema(schema.get("additionalProperties") or {})
        return st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=5), values, max_size=3)
    fields = {name: of_schema(field) for name, field in schema["properties"].items()}
    required = set(schema.get("required", ()))
    if set(_ONE_OF) <= set(fields):
        return st.one_of(*(st.fixed_dictionaries({name: fields[name]}) for name in _ONE_OF))
    return st.fixed_dictionaries(
        {name: field for name, field in fields.items() if name in required},
        optional={name: field for name, field in fields.items() if name not in required},
    )


def _array(schema: Json) -> st.SearchStrategy[list[Any]]:
    keys = schema.get("x-kubernetes-list-map-keys")
    unique = (lambda item: tuple(item.get(key) for key in keys)) if keys else None
    most = min(3, schema.get("maxItems", 3))
    least = schema.get("minItems", 0)
    return st.lists(of_schema(schema["items"]), min_size=least, max_size=max(most, least), unique_by=unique)


def _string(schema: Json) -> st.SearchStrategy[str]:
    if schema.get("format") == "date-time":
        return _TIMES
    longest = schema.get("maxLength", 40)
    if "pattern" in schema:
        found = st.from_regex(schema["pattern"].replace("$", r"\Z"), alphabet=st.characters(codec="utf-8"))
        return found.filter(lambda text: schema.get("minLength", 0) <= len(text) <= longest)
    return st.text(st.characters(codec="utf-8"), min_size=schema.get("minLength", 0), max_size=min(20, longest))


@st.composite
def evaluation_jobs(draw: st.DrawFn) -> Json:
    """An EvaluationJob with any spec and any status."""
    spec = draw(of_schema(SCHEMA["spec"]))
    one = draw(st.sampled_from(["benchmarks", "collection"]))
    spec.pop("collection" if one == "benchmarks" else "benchmarks", None)
    spec[one] = draw(of_schema(SCHEMA["spec"]["properties"][one]))
    job: Json = {
        "metadata": {
            "name": draw(st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?\Z")),
            "namespace": "team",
            "uid": "u",
            "resourceVersion": "1",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": spec,
    }
    if draw(st.booleans()):
        job["status"] = draw(of_schema(SCHEMA["status"]))
    return job
