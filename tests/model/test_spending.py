"""The table `[drift]`: prices, their arithmetic, and what is no such table."""

from __future__ import annotations

import pytest

from gitprov.errors import ConfigError
from gitprov.model.behaviour.spending import SpendingRules, TokenPrice, spending_rules
from gitprov.model.settings.config import parse_config


def test_prices() -> None:
    """A model has its own price, or that of all others, or none; amounts are of a million tokens."""
    table = {
        "currency": "EUR",
        "max_cost": 2,
        "prices": {"small": {"input": 0.5, "output": 2}, "*": {"input": 1, "output": 1}},
    }
    rules = spending_rules(table)
    assert (rules.currency, rules.max_cost) == ("EUR", 2.0)
    assert rules.price("small") == TokenPrice(0.5, 2.0)
    assert rules.price(None) == TokenPrice(1.0, 1.0)
    assert SpendingRules().price("small") is None
    assert TokenPrice(0.5, 2.0).of(1_000_000, 500_000) == 1.5
    assert (rules.money(0.25), SpendingRules().money(0.25)) == ("0.2500 EUR", "0.2500")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (1, "drift must be a table"),
        ({"price": 1}, 'drift has no key "price"; the nearest known key is "prices"'),
        ({"currency": ""}, "drift.currency must be a short text"),
        ({"max_cost": -1}, "drift.max_cost must be a number, 0 or more"),
        ({"max_cost": True}, "drift.max_cost must be a number"),
        ({"max_cost": float("nan")}, "drift.max_cost must be a number"),
        ({"prices": []}, "drift.prices must be a table: model"),
        ({"prices": {"m": {"input": 1}}}, "drift.prices.m must be a table: model"),
        ({"prices": {"m": {"input": 1, "output": "2"}}}, "drift.prices.m must be a number"),
    ],
)
def test_tables_that_are_wrong(table: object, message: str) -> None:
    """The error names the key."""
    with pytest.raises(ConfigError) as error:
        parse_config({"drift": table}, "x.toml")
    assert message in str(error.value)
