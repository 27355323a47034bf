"""Collections as EvalHub writes them, to and from ours. Its free-text name is our title."""

from collections.abc import Mapping
from typing import Any

from referee.gateway.evalhub.wire import extras
from referee.gateway.evalhub.wire.catalogue_requests import CollectionRequest
from referee.gateway.evalhub.wire.config import benchmark_document, said
from referee.gateway.evalhub.wire.manifest import benchmark_manifest
from referee.gateway.evalhub.wire.providers import agent_document, agent_spec, facets_of
from referee.gateway.evalhub.wire.reading import invalid

Document = dict[str, Any]


def collection_spec(request: CollectionRequest) -> Document:
    """The spec of a Collection, as far as a request can say it."""
    if extras.KEY in request.custom:
        raise invalid(f"custom.{extras.KEY}: this name is the gateway's own; choose another")
    more = {extras.FACETS: request.said(), extras.AGENT: agent_spec(request.agent)}
    listed = [benchmark_manifest(asked, f"benchmarks[{at}]") for at, asked in enumerate(request.benchmarks)]
    return said(
        {
            "title": request.name,
            "description": request.description,
            "category": request.category,
            "tags": request.tags,
            "custom": extras.with_extras(request.custom, more),
            "passCriteria": request.pass_criteria and {"threshold": request.pass_criteria.threshold},
            "benchmarks": listed,
        }
    )


def collection_document(spec: Mapping[str, Any], id_: str) -> Document:
    """What of a Collection stands in its document, without `resource`."""
    custom = spec.get("custom")
    more = extras.extras_of(custom)
    criteria = spec.get("passCriteria")
    agent = more.get(extras.AGENT)
    return {
        "name": spec.get("title") or id_,
        **said({"description": spec.get("description")}),
        "category": spec.get("category") or "general",
        **said({"tags": spec.get("tags"), "custom": extras.own(custom)}),
        **({"pass_criteria": {"threshold": criteria["threshold"]}} if criteria else {}),
        "benchmarks": [benchmark_document(entry, {}, at) for at, entry in enumerate(spec.get("benchmarks") or ())],
        **said({"agent": agent_document(agent if isinstance(agent, dict) else None)}),
        **facets_of(more.get(extras.FACETS)),
    }
