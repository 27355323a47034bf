"""How each rule is judged: pure functions of what was seen."""

import json
from itertools import pairwise
from typing import Any

from referee.conformance.transcript import Post, Transcript
from referee.conformance.verdicts import KEPT, Verdict, broken, kept_if, not_shown
from referee.gateway.reporting.wire import JOB_PHASES, Event

_PROMPT = 10.0
"""Seconds."""
_NO_RESULT = not_shown("it posted no result")
_NOT_ENDED = "it did not end by itself and was killed after {:.0f} s"


def refuses_a_broken_spec(seen: Transcript) -> Verdict:
    """It ended, and not well."""
    if seen.exit_code is None:
        return broken(_NOT_ENDED.format(seen.seconds))
    return kept_if(seen.exit_code != 0, "it exited with 0")


def posts_valid_events(seen: Transcript) -> Verdict:
    """No body that cannot be read."""
    if not seen.posts:
        return not_shown("it posted nothing")
    wrong = next((post for post in seen.posts if post.problem), None)
    return KEPT if wrong is None else broken(f"{_which(seen, wrong)}: {wrong.problem}")


def speaks_of_its_own_benchmark(seen: Transcript) -> Verdict:
    """Path and ids are those of the job spec."""
    told = (seen.spec["id"], seen.spec["provider_id"], seen.spec["benchmark_id"], seen.spec["benchmark_index"])
    for post in seen.posts:
        if post.event is not None:
            own = (post.path.split("/")[-2], post.event.provider_id, post.event.id, post.event.benchmark_index)
            if own != told:
                return broken(f"{_which(seen, post)} is about job, provider, benchmark and index {own}, not {told}")
    return KEPT if seen.events else not_shown("it posted no event")


def says_that_it_runs(seen: Transcript) -> Verdict:
    """Running comes first."""
    if seen.result is None:
        return _NO_RESULT
    before = seen.events[: seen.events.index(seen.result)]
    return kept_if(any(event.status == "running" for event in before), "its first event was the end")


def goes_through_phases_in_order(seen: Transcript) -> Verdict:
    """No phase before one that was."""
    phases = [event.phase for event in seen.events if event.phase is not None]
    back = next(((a, b) for a, b in pairwise(phases) if _at(b) < _at(a)), None)
    if back is not None:
        return broken(f"{back[1]} came after {back[0]}")
    return KEPT if phases else not_shown("its events name no phase")


def posts_its_result(seen: Transcript) -> Verdict:
    """Success says so."""
    if seen.exit_code not in (0, None):
        return not_shown(f"it exited with {seen.exit_code}: {_last_line(seen)}")
    if any(post.problem for post in seen.posts) and seen.result is None:
        return not_shown("what it posted cannot be read")
    if seen.result is None:
        return broken("it exited with 0 and posted no end" if seen.exit_code == 0 else "it posted no end in time")
    said = seen.result.error_message
    return kept_if(
        seen.result.status == "completed", f"it posted failed: {said.message if said else 'without a message'}"
    )


def reports_numbers(seen: Transcript) -> Verdict:
    """At least one number."""
    if seen.result is None or seen.result.status != "completed":
        return _NO_RESULT
    numbers = [value for value in metrics(seen.result).values() if _is_number(value)]
    return kept_if(bool(numbers), f"its metrics are {json.dumps(metrics(seen.result))[:200]}")


def reports_the_primary_metric(seen: Transcript) -> Verdict:
    """As named, or with a filter's name behind it."""
    wanted = (seen.spec.get("primary_score") or {}).get("metric")
    if wanted is None:
        return not_shown("name it with --primary")
    if seen.result is None or not metrics(seen.result):
        return _NO_RESULT
    names = [*metrics(seen.result)]
    found = any(name == wanted or name.startswith(f"{wanted},") for name in names)
    return kept_if(found, f"it reports {', '.join(names[:8])}, not {wanted}")


def reports_one_end(seen: Transcript) -> Verdict:
    """One, or the same again."""
    ends = [post for post in seen.posts if post.terminal]
    if not ends:
        return _NO_RESULT
    other = next((post for post in ends[1:] if post.raw != ends[0].raw), None)
    if other is not None:
        return broken(f"{_which(seen, other)} is another end than the first")
    after = seen.posts[seen.posts.index(ends[0]) :]
    return kept_if(all(post.terminal for post in after), "it posted status running after the end")


def exits_after_its_result(seen: Transcript) -> Verdict:
    """Soon."""
    taken = next((post.at for post in seen.posts if post.terminal and post.acknowledged), None)
    if taken is None:
        return _NO_RESULT
    return kept_if(
        seen.exit_code is not None and seen.seconds - taken <= _PROMPT, f"it ran {seen.seconds - taken:.0f} s more"
    )


def exits_as_it_reports(seen: Transcript) -> Verdict:
    """0 after completed."""
    if seen.result is None or seen.result.status != "completed" or seen.exit_code is None:
        return _NO_RESULT
    return kept_if(seen.exit_code == 0, f"it posted completed and exited with {seen.exit_code}: {_last_line(seen)}")


def keeps_secrets(seen: Transcript) -> Verdict:
    """Nowhere."""
    if seen.secret in seen.output:
        return broken("its output has the api key")
    if any(seen.secret.encode() in post.raw for post in seen.posts):
        return broken("an event has the api key")
    return kept_if(not seen.files, f"files have the api key: {', '.join(seen.files)}")


def counts_samples(seen: Transcript) -> Verdict:
    """Counts and n."""
    document = own_result(seen)
    if document is None:
        return not_shown("its result carries nothing under `referee`")
    missing = [name for name in ("total", "scored") if (document.get("samples") or {}).get(name) is None]
    if missing:
        return broken(f"samples lacks {' and '.join(missing)}")
    without = [metric.get("name", "") for metric in document.get("metrics") or () if metric.get("n") is None]
    return kept_if(not without, f"without n: {', '.join(without[:5])}")


def obeys_num_examples(seen: Transcript) -> Verdict:
    """No more than asked."""
    wanted, document = seen.spec.get("num_examples"), own_result(seen)
    total = ((document or {}).get("samples") or {}).get("total")
    if wanted is None or total is None:
        return not_shown("it does not say how many samples there were")
    return kept_if(total <= wanted, f"{total} samples where num_examples is {wanted}")


def leaves_a_termination_message(seen: Transcript) -> Verdict:
    """A result in JSON."""
    document = own_result(seen)
    if document is None:
        return not_shown("its result carries nothing under `referee`")
    try:
        left = json.loads(seen.termination_message)
    except ValueError:
        said = f"it is {seen.termination_message[:80]!r}" if seen.termination_message else "there is none"
        return broken(said)
    same = isinstance(left, dict) and left.get("status") == document.get("status")
    return kept_if(same, "it is another result than the one that was posted")


def never_passes_without_a_model(seen: Transcript) -> Verdict:
    """No success out of nothing."""
    if not seen.model_calls:
        return not_shown("it did not call the model")
    completed = seen.result is not None and seen.result.status == "completed"
    return kept_if(not completed, f"it posted completed after {seen.model_calls} calls that were all refused")


def says_why_it_failed(seen: Transcript) -> Verdict:
    """A message."""
    if seen.result is None or seen.result.status != "failed":
        return not_shown("it posted no failure")
    said = seen.result.error_message
    return kept_if(said is not None and bool(said.message.strip()), "error_message is missing or empty")


def waits_for_a_slow_host(seen: Transcript) -> Verdict:
    """The result came."""
    return _came(seen)


def outlives_lost_progress(seen: Transcript) -> Verdict:
    """The result came."""
    return _came(seen)


def ends_where_it_is_refused(seen: Transcript) -> Verdict:
    """By itself."""
    return kept_if(seen.exit_code is not None, _NOT_ENDED.format(seen.seconds))


def ends_when_told(seen: Transcript) -> Verdict:
    """In its grace."""
    if seen.told_to_end_at is None:
        return not_shown("it ended before it could be told: it does not wait for a model")
    return kept_if(seen.exit_code is not None, f"it still ran {seen.seconds - seen.told_to_end_at:.0f} s after SIGTERM")


def posts_until_acknowledged(seen: Transcript) -> Verdict:
    """Again and again."""
    ends = [post for post in seen.posts if post.terminal]
    if not ends:
        return _NO_RESULT
    return kept_if(
        any(post.acknowledged for post in ends), f"it posted its result {len(ends)} times and gave up at 503"
    )


def repeats_itself(seen: Transcript) -> Verdict:
    """To the last digit."""
    ends = [post for post in seen.posts if post.terminal]
    if len(ends) < 2:  # noqa: PLR2004 - a repetition takes two
        return not_shown("it did not repeat its result")
    return kept_if(len({post.raw for post in ends}) == 1, "the repetition differs from the first")


def metrics(event: Event) -> dict[str, Any]:
    """What a result reports, in either contract."""
    document = event.referee.result
    if document is not None and isinstance(document.get("metrics"), list):
        return {str(metric.get("name")): metric.get("value") for metric in document["metrics"]}
    return event.metrics or {}


def own_result(seen: Transcript) -> dict[str, Any] | None:
    """The result document of the contract `referee-v1`."""
    return None if seen.result is None else seen.result.referee.result


def _came(seen: Transcript) -> Verdict:
    if any(post.terminal for post in seen.posts):
        return KEPT
    if seen.exit_code is None:
        return broken(_NOT_ENDED.format(seen.seconds))
    return broken(f"it exited with {seen.exit_code} and posted no end: {_last_line(seen)}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _at(phase: str) -> int:
    return JOB_PHASES.index(phase)


def _which(seen: Transcript, post: Post) -> str:
    return f"event {seen.posts.index(post) + 1}"


def _last_line(seen: Transcript) -> str:
    lines = seen.output.strip().splitlines()
    return lines[-1].strip()[:200] if lines else "it printed nothing"
