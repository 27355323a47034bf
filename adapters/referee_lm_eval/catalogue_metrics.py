"""The metrics of a benchmark as the harness's task files declare them: names, types, directions, ranges."""

from typing import Any

from lm_eval.api.registry import DEFAULT_METRIC_REGISTRY, is_higher_better

Json = dict[str, Any]
_SHARES = {"acc", "acc_norm", "acc_mutual_info", "exact_match", "em", "f1", "mcc"}
_RIGHT_OR_WRONG = {"acc", "acc_norm", "exact_match", "em"}
_HUNDREDS = ("bleu_", "rouge")


def metrics_of(whole: Json, leaf: Json, chosen: Json) -> list[Json]:
    """The metrics that a benchmark reports.

    Args:
        whole: the task's or group's file.
        leaf: one task of it, for what a group leaves open.
        chosen: its entry in provider.in.yaml.
    """
    declared = whole.get("metric_list") or whole.get("aggregate_metric_list") or leaf.get("metric_list")
    own = {item["metric"]: item for item in leaf.get("metric_list") or []}
    names = [item["metric"] for item in declared or []] or list(DEFAULT_METRIC_REGISTRY[leaf["output_type"]])
    filters = [item["name"] for item in leaf.get("filter_list") or []]
    metrics = []
    for name in dict.fromkeys(names):
        wanted = _filters(next((item for item in declared or [] if item["metric"] == name), {}), filters)
        metrics += [_metric(full, name, own.get(name, {}), leaf, chosen) for full in _full_names(name, wanted)]
    return metrics


def _filters(item: Json, filters: list[str]) -> list[str]:
    chosen = item.get("filter_list") or filters
    return [chosen] if isinstance(chosen, str) else list(chosen)


def _full_names(name: str, filters: list[str]) -> list[str]:
    return [name] if len(filters) <= 1 else [f"{name},{filter_}" for filter_ in filters]


def _metric(full: str, name: str, declared: Json, leaf: Json, chosen: Json) -> Json:
    boolean = name in chosen.get("boolean", []) or (name in _RIGHT_OR_WRONG and "process_results" not in leaf)
    boolean = boolean and name not in chosen.get("numerical", [])
    metric: Json = {"name": full, "type": "Boolean" if boolean else "Numerical"}
    metric["lowerIsBetter"] = not _higher(name, declared)
    if boolean or name in _SHARES or name.endswith("_acc"):
        metric["range"] = [0, 1]
    elif name.startswith(_HUNDREDS) and name.endswith("_max"):
        metric["range"] = [0, 100]
    return metric


def _higher(name: str, declared: Json) -> bool:
    higher = declared.get("higher_is_better")
    return bool(is_higher_better(name) if higher is None else higher)
