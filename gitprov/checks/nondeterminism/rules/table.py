"""All rules, by name."""

from __future__ import annotations

from gitprov.checks.nondeterminism.rules import orders, script, values

HAZARDS = {hazard.name: hazard for hazard in (*values.HAZARDS, *orders.HAZARDS, *script.HAZARDS)}
"""Name → rule, in the order of the documentation."""

RULES = {hazard.rule: hazard.message.replace("{}", "this call") for hazard in HAZARDS.values()}
"""Id → what it is about."""
