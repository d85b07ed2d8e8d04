"""The demo of drift: three edits of prompts that change what the generated code does, and who finds them.

    demo/drift.py [--keep]

The model is a script that writes what a prompt asks for, so that the demo needs no network and says the same
each time. As in the other demo, each step is a check.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo.story import Stage, main

#: Reads a prompt and writes the module that it asks for, as a model that takes each sentence at its word.
MODEL = '''\
import sys

prompt = sys.stdin.read()
if "due day" in prompt:
    moment = "text[:19]" if "without a zone" in prompt else "text"
    code = f"""from datetime import datetime, timedelta


def due(text, days):
    return datetime.fromisoformat({moment}) + timedelta(days=days)
"""
elif "currency" in prompt:
    digits = "2" if "two decimals" in prompt else "DIGITS.get(currency, 2)"
    code = f"""from decimal import ROUND_HALF_EVEN, Decimal

DIGITS = {{"JPY": 0, "KWD": 3}}


def converted(amount, rate, currency):
    step = Decimal(1).scaleb(-{digits})
    return (Decimal(amount) * Decimal(rate)).quantize(step, ROUND_HALF_EVEN)
"""
else:
    total = "sum(n * cents for n, cents in rows)"
    result = f"{total} / 100" if "as people read it" in prompt else total
    code = f"""def total(rows):
    return {result}
"""
print(f"Here is the module:\\n\\n```python\\n{code}```\\n\\nTell me if you need tests.")
'''


class Drifting(NamedTuple):
    """A feature and the history of its prompt: `edits` are sentences, of which number `culprit` moves it."""

    name: str
    function: str
    code: str
    cases: Sequence[object]
    prompt: str
    edits: Sequence[str]
    culprit: int
    change: str


STORIES = (
    Drifting(
        "total",
        "total",
        "def total(rows):\n    return sum(n * cents for n, cents in rows)\n",
        [[[[2, 150], [1, 99]]], [[[3, 1000]]], [[]]],
        "Write total(rows): the price of an order. Each row is a count and a price in cents.",
        ("Use type hints.", "Return the price as people read it: 3.99.", "Keep it short."),
        1,
        "floats where integers were",
    ),
    Drifting(
        "due",
        "due",
        "from datetime import datetime, timedelta\n\n\n"
        "def due(text, days):\n    return datetime.fromisoformat(text) + timedelta(days=days)\n",
        [["2026-03-28T23:30:00+01:00", 14], ["2026-12-31T00:00:00+00:00", 30]],
        "Write due(text, days): the due day of an invoice that was written at an ISO moment.",
        ("Raise ValueError for other texts.", "Import nothing else.", "Old files are without a zone."),
        2,
        "dates that lost their zone",
    ),
    Drifting(
        "converted",
        "converted",
        "from decimal import ROUND_HALF_EVEN, Decimal\n\nDIGITS = {'JPY': 0, 'KWD': 3}\n\n\n"
        "def converted(amount, rate, currency):\n"
        "    step = Decimal(1).scaleb(-DIGITS.get(currency, 2))\n"
        "    return (Decimal(amount) * Decimal(rate)).quantize(step, ROUND_HALF_EVEN)\n",
        [["19.99", "1.0815", "USD"], ["19.99", "162.345", "JPY"], ["19.99", "0.33255", "KWD"]],
        "Write converted(amount, rate, currency): an amount in another currency, rounded as usual there.",
        ("Amounts have two decimals.", "Amounts and rates are text.", "Half a unit goes to the even one."),
        0,
        "every currency rounded like the euro",
    ),
)  # fmt: skip


def story(stage: Stage) -> None:
    """Pin three features, edit their prompts, see the alarm, and have the edits named."""
    project(stage)
    stage.tell("Functions that a model wrote, each from a prompt. What they do now is accepted, and pinned.")
    for feature in STORIES:
        stage.show(f"gitprov baseline pin {feature.name} --reason 'as reviewed'")
    edit(stage)
    stage.tell("Weeks later, as every week: generate anew, run the code in a sandbox, compare with the pins.")
    shown = stage.show("gitprov drift run --samples 2 --allow-weak-sandbox 2>/dev/null", expect=1)
    for feature in STORIES:
        stage.must(
            f"{feature.name}: " in shown and "over the threshold" in shown, f"{feature.name} is an alarm"
        )
    for feature in STORIES:
        bisect(stage, feature)
    stage.tell("The runs of each feature are kept in git, the newest first.")
    stage.show(f"gitprov drift log {STORIES[0].name}")


def project(stage: Stage) -> None:
    """A shop with three features; what is in it is no part of the story."""
    root = stage.root
    (root / "shop").mkdir()
    (root / "prompts").mkdir()
    (root / "cases").mkdir()
    (root / "model.py").write_text(MODEL)
    (root / "shop/__init__.py").touch()
    settings = []
    for feature in STORIES:
        (root / f"shop/{feature.name}.py").write_text(feature.code)
        (root / f"prompts/{feature.name}.md").write_text(feature.prompt + "\n")
        rows = (
            json.dumps({"input": row, "id": str(number)}) + "\n"
            for number, row in enumerate(feature.cases, 1)
        )
        (root / f"cases/{feature.name}.jsonl").write_text("".join(rows))
        settings.append(
            f'[features.{feature.name}]\nfunction = "shop.{feature.name}:{feature.function}"\n'
            f'cases = "cases/{feature.name}.jsonl"\nprompt = "prompts/{feature.name}.md"\n'
            f'generate = [{json.dumps(sys.executable)}, "model.py"]\nmodel = "scripted"\n'
        )
    (root / ".gitprov.toml").write_text("\n".join(settings))
    stage.ask("git init -q && git add -A && git commit -q -m 'A shop'")


def edit(stage: Stage) -> None:
    """Each prompt grows by a sentence three times."""
    stage.tell("Then people edit the prompts, a sentence at a time; each edit reads well.")
    for turn in range(3):
        for feature in STORIES:
            path, sentence = f"prompts/{feature.name}.md", feature.edits[turn]
            with (stage.root / path).open("a") as file:
                file.write(sentence + "\n")
            stage.ask(f"git commit -q -a -m '{feature.name}: {sentence.rstrip('.')}'")
    stage.show("git log --format='%h %s' -9")


def bisect(stage: Stage, feature: Drifting) -> None:
    """The edit that did it."""
    stage.tell(f"Which edit was it? ({feature.change})")
    shown = stage.show(
        f"gitprov drift bisect {feature.name} --samples 1 --allow-weak-sandbox 2>/dev/null", expect=1
    )
    sentence = feature.edits[feature.culprit].rstrip(".")
    stage.must(shown.rstrip().endswith(f"{feature.name}: {sentence}"), f"the edit is {sentence!r}")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:], story, "shop"))
