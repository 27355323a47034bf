"""The rules of the contract: what each asks, what breaks without it, and in which scenario it is judged.

A rule looks at one thing. Where another rule's breach leaves nothing to look at, it says NotShown and not Broken, so
that an adapter with one fault is told of one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from referee.api.provider import Contract
from referee.conformance import judging as judge
from referee.conformance.scenarios import (
    BOTH,
    BROKEN_SPEC,
    FAILING,
    GOOD,
    OURS,
    REFUSING,
    REFUSING_MODEL,
    RETURNING,
    SLOW,
    STOPPED,
    Scenario,
)
from referee.conformance.transcript import Transcript
from referee.conformance.verdicts import Verdict, not_shown


@dataclass(frozen=True, slots=True)
class Rule:
    """One promise of an adapter."""

    id: str
    asks: str
    """What an adapter does."""
    because: str
    """What happens where it does not."""
    scenario: Scenario
    look: Callable[[Transcript], Verdict]
    contracts: tuple[Contract, ...] = BOTH
    if_it_posts: bool = False
    """Only of an adapter that posts a result when all is well."""

    def judge(self, seen: Mapping[str, Transcript]) -> Verdict:
        """The verdict on what was seen."""
        if self.if_it_posts and seen[GOOD.name].result is None:
            return not_shown("it posts no result to a good host either")
        return self.look(seen[self.scenario.name])


RULES = (
    Rule(
        "refuses-a-broken-spec",
        "With a job.json that it cannot read it ends with an exit code other than 0.",
        "A job that could not be understood would look as if it had run.",
        BROKEN_SPEC,
        judge.refuses_a_broken_spec,
    ),
    Rule(
        "posts-valid-events",
        "Every body that it posts is an event: status, phase, times and numbers as the contract has them.",
        "The gateway answers 400, and what the event carried is lost.",
        GOOD,
        judge.posts_valid_events,
    ),
    Rule(
        "speaks-of-its-own-benchmark",
        "Job, provider_id, id and benchmark_index of every event are those of job.json.",
        "The gateway answers 404: a credential is good for one benchmark.",
        GOOD,
        judge.speaks_of_its_own_benchmark,
    ),
    Rule(
        "says-that-it-runs",
        "It posts status running before it posts an end.",
        "People see a job that stands at pending until it is over.",
        GOOD,
        judge.says_that_it_runs,
    ),
    Rule(
        "goes-through-phases-in-order",
        "Phases never go back.",
        "Progress that people see would jump.",
        GOOD,
        judge.goes_through_phases_in_order,
    ),
    Rule(
        "posts-its-result",
        "A run that ends with exit code 0 has posted status completed.",
        "A run that succeeds in silence is a failure: ResultsMissing.",
        GOOD,
        judge.posts_its_result,
    ),
    Rule(
        "reports-numbers",
        "The result has at least one metric whose value is a number.",
        "There is nothing to score: NoMetrics.",
        GOOD,
        judge.reports_numbers,
    ),
    Rule(
        "reports-the-primary-metric",
        "The metric that primary_score names is among the metrics.",
        "The verdict is Unknown: MetricMissing.",
        GOOD,
        judge.reports_the_primary_metric,
    ),
    Rule(
        "reports-one-end",
        "It posts one end; what follows is at most its repetition.",
        "The first end stands; another is answered 409.",
        GOOD,
        judge.reports_one_end,
    ),
    Rule(
        "exits-after-its-result",
        "It ends within 10 s of the acknowledgement of its result.",
        "The pod, and what it reserves, stays.",
        GOOD,
        judge.exits_after_its_result,
    ),
    Rule(
        "exits-as-it-reports",
        "It exits with 0 after completed.",
        "Pod and result contradict each other.",
        GOOD,
        judge.exits_as_it_reports,
    ),
    Rule(
        "keeps-secrets",
        "The api key is in nothing that it prints, posts or writes.",
        "Logs and results are read by more people than the Secret.",
        GOOD,
        judge.keeps_secrets,
    ),
    Rule(
        "counts-samples",
        "Its result says how many samples there were and how many were scored, and each metric its n.",
        "No interval can be made, and errors cannot be told from wrong answers.",
        GOOD,
        judge.counts_samples,
        OURS,
    ),
    Rule(
        "obeys-num-examples",
        "It scores no more samples than num_examples.",
        "A quick look costs as much as the whole benchmark.",
        GOOD,
        judge.obeys_num_examples,
        OURS,
    ),
    Rule(
        "leaves-a-termination-message",
        "Its result is also its termination message.",
        "A result that could not be posted is lost with the pod.",
        GOOD,
        judge.leaves_a_termination_message,
        OURS,
    ),
    Rule(
        "never-passes-without-a-model",
        "Where the model refuses every call, it does not report completed.",
        "Calls that failed would count as wrong answers, or worse, as right ones.",
        REFUSING_MODEL,
        judge.never_passes_without_a_model,
    ),
    Rule(
        "says-why-it-failed",
        "A failure that it posts has a message.",
        "Nobody can tell what to mend.",
        REFUSING_MODEL,
        judge.says_why_it_failed,
    ),
    Rule(
        "waits-for-a-slow-host",
        "Answers that take seconds cost it nothing: the result is posted.",
        "Under load results would be lost.",
        SLOW,
        judge.waits_for_a_slow_host,
        if_it_posts=True,
    ),
    Rule(
        "outlives-lost-progress",
        "Events about progress that are not taken do not end the run: the result is posted.",
        "A restart of the gateway would cost hours of work.",
        FAILING,
        judge.outlives_lost_progress,
        if_it_posts=True,
    ),
    Rule(
        "ends-where-it-is-refused",
        "Where every event is refused it still ends by itself.",
        "A pod that nobody listens to would stay.",
        REFUSING,
        judge.ends_where_it_is_refused,
    ),
    Rule(
        "ends-when-told",
        "It ends within 25 s of SIGTERM, inside the grace that a pod has.",
        "A cancel lasts as long as the pod's grace, and what it then holds is lost.",
        STOPPED,
        judge.ends_when_told,
    ),
    Rule(
        "posts-until-acknowledged",
        "A result that is answered 503 is posted again until it is taken.",
        "A result that meets a restart of the gateway is lost.",
        RETURNING,
        judge.posts_until_acknowledged,
        OURS,
    ),
    Rule(
        "repeats-itself",
        "A repeated result is the same to the last digit.",
        "The gateway takes it for another result, and answers 409.",
        RETURNING,
        judge.repeats_itself,
        OURS,
    ),
)


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """The rules of a contract, in the order in which they are reported."""
    return tuple(rule for rule in RULES if contract in rule.contracts)
