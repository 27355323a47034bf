"""Providers as EvalHub writes them, to and from ours.

Its free-text name is our display name; a provider without one is called by its id. What has no field of ours (the
words by which benchmarks are found) is kept as `extras` say. Nothing here is ever null: the SDK breaks on it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from referee.gateway.evalhub.wire import extras
from referee.gateway.evalhub.wire.catalogue_requests import (
    FACETS,
    Agent,
    BenchmarkAgent,
    OfferedBenchmark,
    ProviderRequest,
)
from referee.gateway.evalhub.wire.config import said
from referee.gateway.evalhub.wire.runtimes import adapter_of, runtime_of

Document = dict[str, Any]
TARGETS = {"model": "Model", "agent": "Agent", "inference_server": "InferenceServer"}
_TARGETS = {ours: theirs for theirs, ours in TARGETS.items()}
_CATEGORY = "general"
"""Of what has none."""
_AGENT = {
    "evaluates": "evaluates",
    "recommended_when": "recommendedWhen",
    "summary": "summary",
    "complements": "complements",
    "hints": "hints",
    "result_interpretation": "resultInterpretation",
}


def provider_spec(request: ProviderRequest) -> Document:
    """The spec of a Provider, as far as a request can say it."""
    facets = {benchmark.id: words for benchmark in request.benchmarks if (words := benchmark.said())}
    return said(
        {
            "displayName": request.name,
            "title": request.title,
            "description": request.description,
            "tags": request.tags,
            "adapter": adapter_of(request.runtime),
            "benchmarks": [_offered(benchmark) for benchmark in request.benchmarks],
            "agent": agent_spec(request.agent),
            "custom": extras.with_extras({}, {extras.FACETS: facets}),
        }
    )


def provider_document(spec: Mapping[str, Any], id_: str) -> Document:
    """What of a Provider stands in its document, without `resource`."""
    facets = extras.extras_of(spec.get("custom")).get(extras.FACETS)
    benchmarks = spec.get("benchmarks") or ()
    return {
        "name": spec.get("displayName") or id_,
        "title": spec.get("title") or "",
        **said({"description": spec.get("description"), "tags": spec.get("tags")}),
        "benchmarks": [_shown(entry, facets if isinstance(facets, dict) else {}) for entry in benchmarks],
        **said({"runtime": runtime_of(spec.get("adapter")), "agent": agent_document(spec.get("agent"))}),
    }


def agent_spec(agent: Agent | None) -> Document | None:
    """Hints for agents, in our words."""
    if agent is None:
        return None
    target = agent.target_type and TARGETS[agent.target_type]
    return said({"targetType": target, **{ours: getattr(agent, theirs) for theirs, ours in _AGENT.items()}})


def agent_document(agent: Mapping[str, Any] | None) -> Document | None:
    """Hints for agents, in EvalHub's words."""
    if not agent:
        return None
    target = _TARGETS.get(agent.get("targetType", ""))
    return said({"target_type": target, **{theirs: agent.get(ours) for theirs, ours in _AGENT.items()}})


def facets_of(holder: object) -> dict[str, Any]:
    """Lists of words among what somebody has written."""
    found = holder if isinstance(holder, dict) else {}
    return {name: words for name in FACETS if (words := found.get(name)) and _are_words(words)}


def _are_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _offered(benchmark: OfferedBenchmark) -> Document:
    primary, criteria = benchmark.primary_score, benchmark.pass_criteria
    return said(
        {
            "id": benchmark.id,
            "name": benchmark.name,
            "url": benchmark.url,
            "description": benchmark.description,
            "category": benchmark.category or _CATEGORY,
            "metrics": [{"name": name} for name in dict.fromkeys(benchmark.metrics)],
            "numFewShot": benchmark.num_few_shot,
            "datasetSize": benchmark.dataset_size or None,
            "tags": benchmark.tags,
            "primaryScore": primary
            and {"metric": primary.metric, **({"lowerIsBetter": True} if primary.lower_is_better else {})},
            "passCriteria": criteria and {"threshold": criteria.threshold},
            "agent": _benchmark_agent(benchmark.agent),
        }
    )


def _benchmark_agent(agent: BenchmarkAgent | None) -> Document | None:
    if agent is None:
        return None
    ranges = [{"range": entry.range, "meaning": entry.meaning} for entry in agent.score_ranges]
    return said({"resultInterpretation": agent.result_interpretation, "scoreRanges": ranges})


def _shown(entry: Mapping[str, Any], facets: Mapping[str, Any]) -> Document:
    primary, criteria, agent = entry.get("primaryScore"), entry.get("passCriteria"), entry.get("agent") or {}
    metrics: Sequence[Mapping[str, Any]] = entry.get("metrics") or ()
    lower = {"lower_is_better": True} if (primary or {}).get("lowerIsBetter") else {}
    return {
        "id": entry["id"],
        **said({"url": entry.get("url")}),
        "name": entry.get("name") or entry["id"],
        **said({"description": entry.get("description")}),
        "category": entry.get("category") or _CATEGORY,
        **said({"metrics": [metric["name"] for metric in metrics]}),
        "num_few_shot": entry.get("numFewShot") or 0,
        "dataset_size": entry.get("datasetSize") or 0,
        **said(
            {
                "tags": entry.get("tags"),
                "primary_score": {"metric": primary["metric"], **lower} if primary else None,
                "pass_criteria": {"threshold": criteria["threshold"]} if criteria else None,
                "agent": said(
                    {
                        "result_interpretation": agent.get("resultInterpretation"),
                        "score_ranges": agent.get("scoreRanges"),
                    }
                ),
            }
        ),
        **facets_of(facets.get(entry["id"])),
    }
