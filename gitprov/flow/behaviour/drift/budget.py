"""The money that a command may spend on a generator: estimated before it starts, counted while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from gitprov.errors import ConfigError, UsageError
from gitprov.model.behaviour.spending import SpendingRules

if TYPE_CHECKING:
    from gitprov.model.behaviour.feature import Feature
    from gitprov.model.behaviour.reply import Reply
    from gitprov.model.canonical import JsonObject

_BYTES_OF_TOKEN = 4
"""About how many bytes of a prompt are a token."""


class CostEstimate(NamedTuple):
    """What calls will cost: `amount` None without a price. `whole`: it includes replies, of the
    length that they had in earlier runs; otherwise it is that of the prompts alone.
    """

    calls: int
    amount: float | None
    whole: bool


class Budget:
    """What one command may spend, and has spent. Several threads may use it.

    A call is refused where it could exceed the limit if it cost as much as the dearest so far.
    """

    def __init__(self, rules: SpendingRules | None = None, limit: float | None = None) -> None:
        """`limit` overrides that of the rules."""
        self.rules = rules or SpendingRules()
        self.limit = self.rules.max_cost if limit is None else limit
        self.spent = 0.0
        self._dearest = 0.0
        self._running = 0
        self._blind = ""
        self._lock = Lock()

    def require(self, name: str, feature: Feature, model: str | None) -> None:
        """ConfigError where there is a limit, and what calls cost cannot be known."""
        if self.limit is None:
            return
        if feature.generate:
            raise ConfigError(
                f"features.{name} generates with a command, of which nobody knows the cost",
                "an endpoint or llm = true says what it uses; max_calls limits a command",
            )
        if self.rules.price(model) is None:
            raise ConfigError(
                f"the model {model or 'of the server'} has no price, so max_cost cannot be kept",
                f'[drift.prices] "{model or "*"}" = {{input = …, output = …}}, for a million tokens',
            )

    def begin(self) -> str:
        """Why no further call is made; empty where this call may be made, and `end` follows."""
        with self._lock:
            if self._blind:
                return self._blind
            ahead = self.spent + (self._running + 1) * self._dearest
            if self.limit is not None and ahead > self.limit + 1e-12:
                return f"no call was made, for it could exceed the limit of {self.rules.money(self.limit)}"
            self._running += 1
        return ""

    def end(self, model: str | None, reply: Reply) -> None:
        """Count what a call has cost."""
        price = self.rules.price(model)
        with self._lock:
            self._running -= 1
            if price is None or reply.problem:
                return
            if reply.input_tokens is None or reply.output_tokens is None:
                if self.limit is not None:
                    self._blind = "no call was made, for the server does not say how many tokens it uses"
                return
            cost = price.of(reply.input_tokens, reply.output_tokens)
            self.spent += cost
            self._dearest = max(self._dearest, cost)

    def estimate(
        self, calls: int, model: str | None, size: int, history: Sequence[JsonObject]
    ) -> CostEstimate:
        """What calls with prompts of `size` bytes will cost; `history` are earlier runs, the newest first."""
        price = self.rules.price(model)
        if price is None:
            return CostEstimate(calls, None, False)
        for row in history:
            usage = row.get("usage") or {}
            if row.get("model") == model and usage.get("calls"):
                used = price.of(usage.get("input_tokens", 0), usage.get("output_tokens", 0))
                return CostEstimate(calls, calls * used / usage["calls"], True)
        return CostEstimate(calls, calls * price.of(size / _BYTES_OF_TOKEN, 0), False)

    def check(self, name: str, estimate: CostEstimate) -> None:
        """UsageError where an estimate is more than what is left."""
        if self.limit is not None and (estimate.amount or 0.0) > self.limit - self.spent + 1e-12:
            money = self.rules.money
            raise UsageError(
                f"{name} would cost about {money(estimate.amount or 0.0)}, of {money(self.limit)} that the"
                f" command may spend {money(self.spent)} are spent",
                "--samples N, or --max-cost",
            )

    def words(self, estimate: CostEstimate) -> str:
        """An estimate as the end of a line."""
        if estimate.amount is None:
            return ""
        if estimate.whole:
            return f", about {self.rules.money(estimate.amount)}"
        return f", {self.rules.money(estimate.amount)} for the prompts and more for the replies"
