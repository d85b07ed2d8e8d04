"""What calls of models may cost, and what they cost: the table `[drift]`. No price is built in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitprov.model.settings.setting_types import TableKey, Wrong, checked, shown

EVERY_MODEL = "*"
"""The name of the price of all models that have none of their own."""
_TOKENS = 1_000_000


class TokenPrice(NamedTuple):
    """What a million tokens cost: those that are sent, and those that come back."""

    input: float
    output: float

    def of(self, input_tokens: float, output_tokens: float) -> float:
        """What some tokens cost."""
        return (self.input * input_tokens + self.output * output_tokens) / _TOKENS


class SpendingRules(NamedTuple):
    """The keys of `[drift]`, as `KEYS` describes them. `prices`: model → price; None without a limit."""

    currency: str = ""
    max_cost: float | None = None
    prices: Mapping[str, TokenPrice] = {}

    def price(self, model: str | None) -> TokenPrice | None:
        """The price of a model, None where the project names none."""
        return self.prices.get(model or "") or self.prices.get(EVERY_MODEL)

    def money(self, amount: float) -> str:
        """An amount as text, with the currency where it has a name."""
        return f"{amount:.4f} {self.currency}".rstrip()


def _amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise Wrong(f"must be a number, 0 or more, not {shown(value)}")
    return float(value)


def _currency(value: object) -> str:
    if not isinstance(value, str) or not value.isprintable() or not 0 < len(value) <= 8:
        raise Wrong(f'must be a short text such as "EUR", not {shown(value)}')
    return value


def _prices(value: object) -> Mapping[str, TokenPrice]:
    shape = "must be a table: model → {input = number, output = number}"
    if not isinstance(value, dict):
        raise Wrong(f"{shape}, not {shown(value)}")
    prices = {}
    for model, entry in value.items():
        if not isinstance(entry, dict) or set(entry) != {"input", "output"}:
            raise Wrong(f"{shape}, not {shown(entry)}", f".{model}")
        try:
            prices[str(model)] = TokenPrice(_amount(entry["input"]), _amount(entry["output"]))
        except Wrong as wrong:
            raise Wrong(str(wrong), f".{model}") from None
    return prices


KEYS = (
    TableKey("currency", "text", _currency, "The currency of the prices, as it is printed"),
    TableKey("max_cost", "number", _amount, "The most that one command may spend; `--max-cost` overrides it"),
    TableKey("prices", "table", _prices, "Model → `{input = …, output = …}`, the price of a million tokens; the model `*` stands for all others"),
)  # fmt: skip
"""Every key, in the order of the documentation."""

_CHECKS = {key.name: key.check for key in KEYS}


def spending_rules(value: object) -> SpendingRules:
    """The rules of a parsed table `[drift]`. Wrong for anything that is no such table."""
    return SpendingRules(**checked(value, _CHECKS))
