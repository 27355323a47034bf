"""What a run has spent, and whether it may spend more: requests, tokens, money.

One ledger serves the model and all judges, since the budget is the run's. Tokens are counted as integers and money is
made of them when somebody asks, so that the order in which answers came changes no digit.

The budget is asked before a call and knows what it costs only after it. So calls that are under way are counted with
what a call has cost so far; without that, a wide window would overrun the budget by all that is in flight.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from referee_adapter.spec import Pricing
from referee_evaluators.spec import Budget
from referee_evaluators.types import CallError, Usage

_MILLION = 1_000_000
_ROUNDING = 1 + 1e-9
"""Ten calls of 0.002 are within a budget of 0.02."""


@dataclass(slots=True)
class Account:
    """One endpoint's."""

    pricing: Pricing | None
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cache_hits: int = 0
    under_way: int = 0
    answered: int = 0

    @property
    def tokens(self) -> int:
        """Both ways."""
        return self.input_tokens + self.output_tokens

    @property
    def cost(self) -> float:
        """At its prices."""
        return cost(self.pricing, self.input_tokens, self.output_tokens)

    @property
    def usual(self) -> float:
        """Tokens that a call has taken so far."""
        return self.tokens / self.answered if self.answered else 0.0


@dataclass(slots=True)
class Spent:
    """For one sample, by the model and its judges; or by earlier pods."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0

    @property
    def tokens(self) -> int:
        """Both ways."""
        return self.input_tokens + self.output_tokens

    def add(self, wire: Mapping[str, Any]) -> None:
        """What a record says."""
        self.requests += int(wire.get("requests") or 0)
        self.input_tokens += int(wire.get("inputTokens") or 0)
        self.output_tokens += int(wire.get("outputTokens") or 0)
        self.cost += float(wire.get("cost") or 0)

    def wire(self) -> dict[str, Any]:
        """For the record."""
        wire = {"requests": self.requests, "inputTokens": self.input_tokens, "outputTokens": self.output_tokens}
        return wire | {"cost": self.cost} if self.cost else wire


_spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


def begin_sample() -> Spent:
    """From here on, what this task and those that it starts spend is one sample's."""
    spent = Spent()
    _spent.set(spent)
    return spent


def cost(pricing: Pricing | None, input_tokens: int, output_tokens: int) -> float:
    """What tokens cost; 0 without prices."""
    if pricing is None:
        return 0.0
    return (input_tokens * pricing.input_per_million + output_tokens * pricing.output_per_million) / _MILLION


@dataclass(slots=True)
class Ledger:
    """The run's."""

    budget: Budget = field(default_factory=Budget)
    accounts: list[Account] = field(default_factory=list)
    estimated: bool = False
    """Some tokens are an estimate."""
    earlier: Spent = field(default_factory=Spent)
    """By earlier pods and attempts, as their records say."""
    limited: bool = field(init=False)

    def __post_init__(self) -> None:
        self.limited = self.budget.max_tokens is not None or self.budget.max_cost is not None

    def account(self, pricing: Pricing | None) -> Account:
        """Open one."""
        opened = Account(pricing)
        self.accounts.append(opened)
        return opened

    def begin(self, account: Account) -> None:
        """Take note of a call, or refuse it.

        Raises:
            CallError: the budget is used up.
        """
        if self.limited:
            self._check(account)
        account.under_way += 1
        account.requests += 1
        if (spent := _spent.get()) is not None:
            spent.requests += 1

    def end(self, account: Account, usage: Usage | None) -> None:
        """The call came back; with what it took, where it was answered."""
        account.under_way -= 1
        if usage is not None:
            account.answered += 1
            account.input_tokens += usage.input_tokens
            account.output_tokens += usage.output_tokens
            self.estimated = self.estimated or usage.estimated
            if (spent := _spent.get()) is not None:
                spent.input_tokens += usage.input_tokens
                spent.output_tokens += usage.output_tokens
                spent.cost += cost(account.pricing, usage.input_tokens, usage.output_tokens)

    def _check(self, account: Account) -> None:
        most, dearest = self.budget.max_tokens, self.budget.max_cost
        next_one = account.usual
        if most is not None:
            spent = self.earlier.tokens + sum(a.tokens + a.under_way * a.usual for a in self.accounts)
            if spent + next_one > most * _ROUNDING or spent >= most:
                raise CallError("BudgetExhausted", f"execution.budget.maxTokens {most:g} is used up")
        if dearest is not None:
            spent_cost = self.earlier.cost + sum(_with_under_way(a) for a in self.accounts)
            price = account.cost / account.answered if account.answered else 0.0
            if spent_cost + price > dearest * _ROUNDING or spent_cost >= dearest:
                raise CallError("BudgetExhausted", f"execution.budget.maxCost {dearest:g} is used up")


def _with_under_way(account: Account) -> float:
    return account.cost * (1 + account.under_way / account.answered) if account.answered else 0.0
