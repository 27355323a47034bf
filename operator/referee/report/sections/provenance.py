"""What ran: every digest by which somebody can tell whether two runs measured the same."""

from collections.abc import Iterator

from referee.report.numbers import count
from referee.report.runview import RunView, mapping, number_of, objects, text_of
from referee.report.sections.evaluators import reported


def provenance(view: RunView) -> list[tuple[str, str]]:
    """Names and what they stand for."""
    return [(name, value) for name, value in _facts(view) if value]


def usage(view: RunView) -> list[tuple[str, str]]:
    """What the run took of the model, and what that cost."""
    totals: dict[str, float] = {}
    estimated = False
    for place in [mapping(r.get("usage")) for r in view.results.values()] or [mapping(view.status.get("usage"))]:
        estimated = estimated or bool(place.get("estimated"))
        for field in ("requests", "inputTokens", "outputTokens", "cacheHits", "cost"):
            value = number_of(place.get(field))
            if value is not None:
                totals[field] = totals.get(field, 0.0) + value
    pricing = mapping(mapping(view.spec.get("model")).get("pricing"))
    names = {"requests": "requests", "inputTokens": "input tokens", "outputTokens": "output tokens"}
    found = [(names[field], count(totals[field])) for field in names if field in totals]
    if "cacheHits" in totals:
        found.append(("answered from the cache", count(totals["cacheHits"])))
    if "cost" in totals:
        cost = totals["cost"]
        amount = f"{cost:,.2f}" if cost >= 1 or not cost else f"{cost:.2g}"
        money = f"{amount} {text_of(pricing.get('currency')) or ''}".strip()
        found.append(("cost", money + (" (partly estimated)" if estimated else "")))
    return found


def _facts(view: RunView) -> Iterator[tuple[str, str | None]]:
    metadata, recorded = mapping(view.job.get("metadata")), mapping(view.status.get("provenance"))
    yield "uid of the job", text_of(metadata.get("uid"))
    yield "digest of the plan", text_of(recorded.get("planDigest") or mapping(view.status.get("plan")).get("digest"))
    digests = {text_of(place.get("datasetDigest")) for place in [recorded, *view.results.values()]}
    yield "digest of the dataset", ", ".join(sorted(filter(None, digests)))
    for evaluator in reported(view):
        yield f"digest of evaluator {text_of(evaluator.get('name'))}", text_of(evaluator.get("digest"))
    for benchmark in objects(view.status.get("benchmarks")):
        title = f"{text_of(benchmark.get('provider'))}/{text_of(benchmark.get('id'))}"
        yield f"digest of the result of {title}", text_of(benchmark.get("resultDigest"))
        yield f"revision of the test data of {title}", text_of(benchmark.get("testDataRevision"))
    images = recorded.get("images")
    yield "images", ", ".join(str(image) for image in images) if isinstance(images, list) else None
    yield "made by", f"Referee {version}" if (version := text_of(recorded.get("operatorVersion"))) else None
    yield "parameters of the model", text_of(mapping(view.spec.get("model")).get("parameters") or None)
