"""From an EvaluationJob's spec to the configuration that a job's document repeats.

Whoever wrote the spec: what `kubectl` can say and EvalHub's models cannot (data over http, a public bucket) is left
out, since one strange value would break the SDK's whole list.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from referee.gateway.evalhub.wire import extras
from referee.gateway.evalhub.wire.manifest import NUM_EXAMPLES

Document = dict[str, Any]


def configuration(spec: Mapping[str, Any], name: str, revisions: Mapping[int, str]) -> Document:
    """The part of the document that says what was asked for.

    Args:
        spec: of the EvaluationJob.
        name: of the object, for one that has no free-text name.
        revisions: by benchmark, what its test data came to.
    """
    custom = spec.get("custom")
    more = extras.extras_of(custom)
    mine = {
        "name": spec.get("displayName") or name,
        "description": spec.get("description"),
        "tags": spec.get("tags"),
        "model": _model(spec.get("model") or {}, more),
        "pass_criteria": _criteria(spec.get("passCriteria")),
        "benchmarks": [
            benchmark_document(entry, more, at, revisions.get(at))
            for at, entry in enumerate(spec.get("benchmarks") or ())
        ],
        "collection": _collection(spec.get("collection"), more),
        "experiment": _experiment((spec.get("exports") or {}).get("mlflow")),
        "custom": extras.own(custom),
        "exports": _exports((spec.get("exports") or {}).get("oci")),
        "queue": {"kind": "kueue", "name": spec["queueName"]} if spec.get("queueName") else None,
    }
    return said(mine)


def said(fields: Mapping[str, Any]) -> Document:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value is not None and value not in ("", [], {})}


def _model(model: Mapping[str, Any], more: Mapping[str, Any]) -> Document:
    name = str(model.get("name", ""))
    # of white space only, which the SDK takes for no name at all
    shown = name if name.strip() else repr(name)
    auth = _name(model.get("auth"), "secretRef")
    return {
        "url": str(model.get("url", "")),
        "name": shown,
        **said(
            {
                "auth": {"secret_ref": auth} if auth else None,
                "parameters": model.get("parameters"),
                "card_url": extras.text(more, extras.CARD_URL),
            }
        ),
    }


def benchmark_document(
    entry: Mapping[str, Any], more: Mapping[str, Any], at: int, revision: str | None = None
) -> Document:
    """One benchmark of a job or of a collection, with the extras noted for its place."""
    added, hardware = extras.added_at(more, at), extras.hardware(more, at)
    entry = {name: value for name, value in entry.items() if name not in added}
    weight = entry.get("weight")
    parameters = dict(entry.get("parameters") or {})
    if entry.get("numExamples") is not None:
        parameters[NUM_EXAMPLES] = entry["numExamples"]
    return {
        "id": entry["id"],
        "provider_id": entry["provider"],
        **said(
            {
                "weight": None if weight in (None, 1) else weight,
                "primary_score": _primary(entry.get("primaryScore")),
                "pass_criteria": _criteria(entry.get("passCriteria")),
                "parameters": parameters,
                "test_data_ref": _test_data(entry.get("testData"), revision),
            }
        ),
        **({} if hardware is None else {"hardware_config": hardware}),
    }


def _collection(use: Mapping[str, Any] | None, more: Mapping[str, Any]) -> Document | None:
    if use is None:
        return None
    overrides = [
        benchmark_document(entry, more, at)
        for at, entry in enumerate(use.get("overrides") or ())
        if set(entry) - {"id", "provider"} - set(extras.added_at(more, at))
    ]
    updated = extras.text(more, extras.COLLECTION_UPDATED_AT)
    return {"id": use["id"], **said({"benchmarks": overrides, "collection_updated_at": updated})}


def _primary(score: Mapping[str, Any] | None) -> Document | None:
    if score is None:
        return None
    return {"metric": score["metric"], **({"lower_is_better": True} if score.get("lowerIsBetter") else {})}


def _criteria(criteria: Mapping[str, Any] | None) -> Document | None:
    return {"threshold": criteria["threshold"]} if criteria else None


def _experiment(mlflow: Mapping[str, Any] | None) -> Document | None:
    if mlflow is None:
        return None
    tags = [{"key": tag["key"], "value": tag["value"]} for tag in mlflow.get("tags") or ()]
    location = mlflow.get("artifactLocation")
    return said({"name": mlflow["experimentName"], "tags": tags, "artifact_location": location})


def _exports(oci: Mapping[str, Any] | None) -> Document | None:
    if oci is None:
        return None
    coordinates = {
        "oci_host": oci["host"],
        "oci_repository": oci["repository"],
        **said({"oci_tag": oci.get("tag"), "annotations": oci.get("annotations")}),
    }
    secret = _name(oci, "secretRef")
    return {"oci": {"coordinates": coordinates, **({"k8s": {"connection": secret}} if secret else {})}}


def _test_data(source: Mapping[str, Any] | None, revision: str | None) -> Document | None:
    """One of the four that EvalHub has, else None."""
    found: Document | None = None
    match source or {}:
        case {"s3": s3} if _name(s3, "secretRef"):
            found = {"s3": {"bucket": s3["bucket"], "key": s3["key"], "secret_ref": _name(s3, "secretRef")}}
        case {"pvc": pvc}:
            found = {"pvc": {"claim_name": pvc["claimName"], **said({"sub_path": pvc.get("subPath")})}}
        case {"git": git} if _has_host(git["url"], needs_tls=bool(_name(git, "secretRef"))):
            found = {"git": {"url": git["url"], "ref": git["ref"], **_inside(git)}}
        case {"hf": hf} if hf["repoId"].strip():
            inside = said({"revision": hf.get("revision"), **_inside(hf)})
            found = {"hf": {"repo_id": hf["repoId"], **inside}}
    return found and {**found, **({"resolved_sha": revision} if revision else {})}


def _inside(source: Mapping[str, Any]) -> Document:
    return said({"sub_path": source.get("subPath"), "secret_ref": _name(source, "secretRef")})


def _has_host(url: str, *, needs_tls: bool) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.scheme in (("https",) if needs_tls else ("http", "https"))
    except ValueError:
        return False


def _name(holder: Mapping[str, Any] | None, field: str) -> str:
    return str(((holder or {}).get(field) or {}).get("name") or "")
