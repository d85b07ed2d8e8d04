"""Drift, from a pin over generated samples to the version of the prompt that moved them."""

from __future__ import annotations

import json
import sys
import time
from types import SimpleNamespace

import pytest

from gitprov.errors import ConfigError, GitprovError, UsageError
from gitprov.feeds.completions import ModelServer, complete
from gitprov.flow.behaviour import pins
from gitprov.flow.behaviour.drift import drift, drift_bisect
from gitprov.flow.behaviour.drift.budget import Budget
from gitprov.flow.behaviour.drift.drift import DriftOptions
from gitprov.flow.behaviour.targets import BoxOptions, box_for
from gitprov.git.repo import Repository
from gitprov.model.behaviour.spending import SpendingRules, TokenPrice
from gitprov.output.behaviour import drift as output
from gitprov.sandbox import run
from gitprov.sandbox.functions import FunctionBox
from gitprov.store import generations
from gitprov.store.config import load_config
from tests.support.models import CUT, ScriptedModels, completion
from tests.support.repo import GitRepo

pytestmark = pytest.mark.slow

GENERATOR = """\
import os, sys
prompt = sys.stdin.read()
decimals = "decimals" in prompt or os.environ["GITPROV_MODEL"] == "large-coder"
body = "float(sum(rows))" if decimals else "sum(rows)"
number = int(os.environ["GITPROV_SAMPLE"])
if number == 3:
    print("I would rather not.")
elif number == 4:
    print("```python\\ndef totals(rows:\\n```")
elif number == 5:
    sys.exit("out of money")
elif number == 6:
    print("import not_there_at_all\\ndef totals(rows): return 0")
elif number == 7:
    print("import os\\ndef totals(rows):\\n    os.kill(os.getpid(), 9)")
else:
    print(f"Certainly:\\n```python\\nfrom shop.units import ONE\\n\\n\\ndef totals(rows):\\n    return ONE * {body}\\n```\\nDone.")
"""
CONFIG = f"""\
[features.totals]
function = "shop.report:totals"
cases = "cases.jsonl"
prompt = "totals.md"
generate = [{json.dumps(sys.executable)}, "generate.py"]
model = "small-coder"
divergence = 20
seconds = 60
max_calls = 20
"""


@pytest.fixture
def shop(repo: GitRepo) -> GitRepo:
    """A repository with a feature, pinned at the first of four versions of its prompt."""
    if not any(map(run.usable, run.BACKENDS[:-1])):
        pytest.skip("no sandbox but the weak one works on this machine")
    repo.write("shop/__init__.py", "")
    repo.write("shop/units.py", "ONE = 1\n")
    repo.write("shop/report.py", "def totals(rows):\n    return sum(rows)\n")
    repo.write("cases.jsonl", "".join(f'{{"input": [[{n}, {n + 1}]]}}\n' for n in range(5)))
    repo.write("generate.py", GENERATOR)
    repo.write(".gitprov.toml", CONFIG)
    repo.write("totals.md", "---\nversion: v1\n---\nAdd the rows.\n")
    repo.commit("A report")
    with Repository.discover(str(repo.path), repo.env) as opened:
        pins.pin(opened, "totals", "it adds", box_for(BoxOptions(), 60), 1_700_000_000.0)
    return repo


@pytest.fixture
def box() -> FunctionBox:
    """The best sandbox of this machine."""
    return box_for(BoxOptions(allow_weak=True), 60)


def quiet(*_: object) -> None:
    """Progress that nobody sees."""


def test_the_moment_of_a_pin_is_an_argument(shop: GitRepo) -> None:
    """A pin has the moment that its caller passes, to the second, in all its results."""
    with Repository.discover(str(shop.path), shop.env) as repo:
        made = pins.load(repo, "totals")
    moments = {row.at for row in made.baseline.cases.values()}
    assert {made.facts["at"], *moments} == {"2023-11-14T22:13:20Z"}


def test_samples_of_every_kind(shop: GitRepo, box: FunctionBox) -> None:
    """What ran is compared; prose, broken code, a failed call, a missing module and a signal are set apart."""
    with Repository.discover(str(shop.path), shop.env) as repo:
        done = drift.run(repo, "totals", box, DriftOptions(samples=8), quiet)
        assert [sample.state for sample in done.samples] == ["ok"] * 3 + [
            "no-code",
            "no-parse",
            "no-answer",
            "no-function",
            "crashed",
        ]
        assert (done.result.percent, done.result.usable) == (0.0, 3)
        assert "not_there_at_all" in done.samples[6].detail
        assert "out of money" in done.samples[5].detail
        record = generations.load(repo, done.samples[0].trace or "")
        assert record is not None
        assert (record.record["model"], record.record["prompt"]["version"]) == ("small-coder", "v1")
        assert b"Certainly" in (record.output or b"")
        assert (record.edits[0].path, record.edits[0].raw_lines) == ("shop/report.py", 5)
        assert done.samples[0].stripped == 2
        lines = "\n".join(output.run_lines(done.facts))
        assert "sample 5 was not generated: " in lines
        assert [finding.rule for finding in output.findings(done.facts)] == ["drift/not-run"] * 5
    assert "clean" in shop.gitprov("verify").stdout


def test_an_edit_of_the_prompt_is_named(shop: GitRepo) -> None:
    """A run is over its threshold, in every format; the search names the edit, and again from the history."""
    for number, line in enumerate(("Be brief.", "Use decimals.", "Add types."), 2):
        text = (shop.path / "totals.md").read_text().replace(f"v{number - 1}", f"v{number}")
        shop.write("totals.md", text + line + "\n")
        shop.commit(f"Prompt: {line}")
    done = shop.gitprov("drift", "run", "--samples", "2", "--format", "sarif", check=False)
    assert done.returncode == 1, done.stderr
    (result,) = json.loads(done.stdout)["runs"][0]["results"]
    assert result["ruleId"] == "drift/diverged"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "totals.md"
    searched = shop.gitprov("drift", "bisect", "totals", "--samples", "2", check=False)
    assert searched.returncode == 1, searched.stderr
    assert "4 versions of totals.md, at most 4 measured, 8 calls" in searched.stderr
    assert "is the first version that diverges" in searched.stdout
    assert "it changes the prompt totals.md" in searched.stdout
    assert "Prompt: Use decimals." in searched.stdout.splitlines()[-1]
    with Repository.discover(str(shop.path), shop.env) as repo:
        history = drift.runs(repo, "totals")
        assert len(history) == 4
        again = drift_bisect.plan(repo, "totals", DriftOptions(samples=2))
        search = drift_bisect.Bisection(repo, "totals", box_for(BoxOptions(True), 60), DriftOptions(2), quiet)
        ended = search.run(again.versions)
        assert (ended.culprit, {step.earlier for step in ended.measured}) == (2, {True})
        assert len(drift.runs(repo, "totals")) == 4
    needed = json.loads(shop.gitprov("drift", "bisect", "totals", "-n", "--json", "--samples", "2").stdout)
    assert needed == {"steps": 4, "calls": 8, "cost": None}
    kept = shop.gitprov("drift", "log", "-n", "1", "--format", "markdown").stdout.splitlines()
    assert len(kept[2].split(" | ")) == 9
    plot = shop.gitprov("drift", "log").stdout.splitlines()
    assert len(plot) == 5
    assert sum("100.0 %" in line for line in plot) == 2
    assert "| totals | **100.0 %** of 5 |" in "\n".join(output.markdown(history))


def test_errors_of_use(shop: GitRepo, box: FunctionBox) -> None:
    """No pin, no prompt, no generator, too many calls, no history: each says what mends it."""
    with Repository.discover(str(shop.path), shop.env) as repo:
        with pytest.raises(UsageError, match="max_calls"):
            drift.run(repo, "totals", box, DriftOptions(samples=21), quiet)
        with pytest.raises(UsageError, match="single version"):
            drift_bisect.plan(repo, "totals", DriftOptions())
        with pytest.raises(UsageError, match="there is no feature other"):
            drift.run(repo, "other", box, DriftOptions(), quiet)
    shop.write(".gitprov.toml", CONFIG.replace("generate =", 'expected = ["clock"]\n# '))
    with (
        Repository.discover(str(shop.path), shop.env) as repo,
        pytest.raises(ConfigError, match="no generator"),
    ):
        drift.run(repo, "totals", box, DriftOptions(), quiet)
    shop.write(".gitprov.toml", CONFIG.replace("prompt =", "# "))
    with Repository.discover(str(shop.path), shop.env) as repo, pytest.raises(ConfigError, match="no prompt"):
        drift.run(repo, "totals", box, DriftOptions(), quiet)


def test_a_server_of_models(shop: GitRepo, box: FunctionBox) -> None:
    """An endpoint is asked with the key of the variable; the key is in no record; usage is kept."""
    with ScriptedModels([(200, "```python\ndef totals(rows):\n    return sum(rows)\n```")] * 2) as server:
        text = CONFIG.replace("generate =", f'endpoint = "{server.address}"\napi_key = "MODEL_KEY"\n# ')
        shop.write(".gitprov.toml", text)
        env = {**shop.env, "MODEL_KEY": "key-0123456789"}
        with Repository.discover(str(shop.path), env) as repo:
            done = drift.run(repo, "totals", box, DriftOptions(samples=2, model="m-2"), quiet)
            assert (done.result.percent, done.result.usable) == (0.0, 2)
            record = generations.load(repo, done.samples[1].trace or "")
            assert record is not None
            assert record.record["model"] == "m-2"
            assert record.record["usage"] == {"input_tokens": 7, "output_tokens": 9}
            assert b"key-0123456789" not in repo.run("log", "-p", drift.RUNS + "totals")
    assert [request["key"] for request in server.requests] == ["Bearer key-0123456789"] * 2
    assert {request["body"]["model"] for request in server.requests} == {"m-2"}


def test_servers_that_fail() -> None:
    """A full server is asked again; what is no completion is a reason, never an error."""
    with ScriptedModels([(429, ""), (503, ""), (200, "x = 1")]) as server:
        assert complete(ModelServer(server.address, None, 0.0), None, "hi", 0).text == "x = 1"
    for answer, problem in (
        ((401, ""), "HTTP 401"),
        ((200, None), "has no text"),
        ((200, b"<html>"), "no chat completion"),
        ((200, b'{"choices": [{"mess'), "no chat completion"),
    ):
        with ScriptedModels([answer]) as server:
            assert problem in complete(ModelServer(server.address, "k", 0.0), "m", "hi", 0).problem
    with ScriptedModels([(200, CUT)] * 4) as server:
        cut = complete(ModelServer(server.address, None, 0.0), None, "hi", 0)
        assert "no answer: RemoteProtocolError" in cut.problem
        assert len(server.requests) == 4
    with ScriptedModels([(429, "")] * 4) as server:
        assert complete(ModelServer(server.address, None, 0.0), None, "hi", 0).problem == "HTTP 429"
    assert "no answer" in complete(ModelServer(server.address, None, 0.0), None, "hi", 0).problem


@pytest.mark.parametrize(
    ("pause", "waited"), [("7", 7.0), ("600", 30.0), ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0)]
)
def test_a_server_that_wants_to_be_left_alone(
    monkeypatch: pytest.MonkeyPatch, pause: str, waited: float
) -> None:
    """A full server's Retry-After is kept, up to half a minute."""
    pauses: list[float] = []
    monkeypatch.setattr("gitprov.feeds.completions.time.sleep", pauses.append)
    with ScriptedModels([(429, ""), (200, "x = 1")], pause) as server:
        assert complete(ModelServer(server.address, None, 0.0), None, "hi", 0).text == "x = 1"
    assert pauses == [waited]


def edited(shop: GitRepo, subject: str, files: dict[str, str]) -> None:
    """Commit files."""
    for path, text in files.items():
        shop.write(path, text)
    shop.commit(subject)


def test_an_instruction_file_and_a_model_are_named(shop: GitRepo, box: FunctionBox) -> None:
    """Of a commit that changes all three, the search names the part that moved it; so it does of a model."""
    config = CONFIG.replace("prompt =", 'instructions = ["AGENTS.md"]\nprompt =')
    edited(shop, "Rules", {"AGENTS.md": "Be brief.\n", ".gitprov.toml": config})
    everything = {
        "AGENTS.md": "Be brief. Use decimals.\n",
        "totals.md": "---\nversion: v2\n---\nAdd all rows.\n",
        ".gitprov.toml": config.replace("small-coder", "other-coder"),
    }
    edited(shop, "Everything at once", everything)
    with Repository.discover(str(shop.path), shop.env) as repo:
        every = drift_bisect.plan(repo, "totals", DriftOptions(1)).versions
        assert [row.part for row in every] == ["", "AGENTS.md", "totals.md", "AGENTS.md", "model"]
        done = drift_bisect.Bisection(repo, "totals", box, DriftOptions(1), quiet).run(every)
        assert done.culprit == 3
        assert done.versions[3].change == "the instruction file AGENTS.md"
        facts = drift.runs(repo, "totals")[0]
        record = generations.load(repo, facts["traces"][0]["trace"])
        assert record is not None
        assert record.record["instructions"] == facts["instructions"]
    text = config.replace("small-coder", "large-coder")
    edited(shop, "Without rules", {"AGENTS.md": "Be brief.\n"})
    with Repository.discover(str(shop.path), shop.env) as repo:
        pins.pin(repo, "totals", "the rules are gone", box, time.time())
    shop.write(".gitprov.toml", text)
    with Repository.discover(str(shop.path), shop.env) as repo:
        every = drift_bisect.plan(repo, "totals", DriftOptions(1)).versions
        done = drift_bisect.Bisection(repo, "totals", box, DriftOptions(1), quiet).run(every)
    assert done.culprit == 1
    assert done.versions[1].change == "the model: other-coder → large-coder"
    assert done.versions[1].commit == "work tree"


def test_a_prompt_under_another_name(shop: GitRepo) -> None:
    """Versions of a prompt file before it was renamed are searched as well; the new name alone is none."""
    edited(shop, "Words", {"totals.md": "Add all rows.\n"})
    shop.git("mv", "totals.md", "sums.md")
    config = CONFIG.replace("totals.md", "sums.md")
    edited(shop, "Another name", {".gitprov.toml": config})
    shop.git("mv", "sums.md", "all.md")
    text = "Add all rows. Use decimals.\n"
    edited(shop, "A name and a rule", {".gitprov.toml": config.replace("sums.md", "all.md"), "all.md": text})
    with Repository.discover(str(shop.path), shop.env) as repo:
        every = drift_bisect.plan(repo, "totals", DriftOptions(1)).versions
    assert [row.subject for row in every] == ["A report", "Words", "A name and a rule"]
    assert [row.setup.prompt.path for row in every] == ["totals.md", "totals.md", "all.md"]


def test_a_model_that_moved_under_its_name(shop: GitRepo, box: FunctionBox) -> None:
    """Where the server answers with another model than in an earlier run, the search says so, and names no edit."""
    fine, moved = (f"```python\ndef totals(rows):\n    return {body}\n```" for body in ("sum(rows)", "1.5"))
    answers = [(200, completion("m-may", fine)), (200, completion("m-june", moved))]
    with ScriptedModels(answers) as server:
        shop.write(".gitprov.toml", CONFIG.replace("generate =", f'endpoint = "{server.address}"\n# '))
        with Repository.discover(str(shop.path), shop.env) as repo:
            drift.run(repo, "totals", box, DriftOptions(1), quiet)
            edited(shop, "Words", {"totals.md": "Add rows.\n"})
            every = drift_bisect.plan(repo, "totals", DriftOptions(1)).versions
            done = drift_bisect.Bisection(repo, "totals", box, DriftOptions(1), quiet).run(every)
    assert done.culprit is None
    assert done.reason.startswith("the model moved: m-may answered at ")
    assert done.reason.endswith("now m-june answers")


PRICES = """[drift]
currency = "EUR"
max_cost = 1
[drift.prices]
small-coder = {input = 10000, output = 20000}
"""


def test_money(shop: GitRepo) -> None:
    """A run costs what its tokens cost, stops before the limit, and says what it will cost once that is known."""
    reply = "```python\ndef totals(rows):\n    return sum(rows)\n```"
    with ScriptedModels([(200, reply)]) as server:
        settings = CONFIG.replace("generate =", f'endpoint = "{server.address}"\n# ') + PRICES
        shop.write(".gitprov.toml", settings)
        first = shop.gitprov("drift", "run", "--samples", "5")
        assert "totals: 5 calls of the generator, 0.4250 EUR for the prompts and more" in first.stderr
        assert "28 tokens sent, 36 received, 1.0000 EUR" in first.stdout
        assert (
            "was not generated: no call was made, for it could exceed the limit of 1.0000 EUR" in first.stdout
        )
        assert len(server.requests) == 4
        with Repository.discover(str(shop.path), shop.env) as repo:
            rules = load_config(repo.worktree, {}).drift
            with pytest.raises(UsageError, match=r"totals would cost about 1\.2500 EUR"):
                drift.estimate(repo, "totals", DriftOptions(5), Budget(rules))
            edited(shop, "Words", {"totals.md": "Add rows.\n", ".gitprov.toml": settings})
            budget = Budget(rules, 9)
            plan = drift_bisect.plan(repo, "totals", DriftOptions(2), budget)
            assert (plan.steps, budget.words(plan.cost)) == (2, ", about 1.0000 EUR")
    assert len(server.requests) == 4


def test_limits_that_cannot_be_kept(shop: GitRepo, box: FunctionBox) -> None:
    """A command, a model without a price, and a server that is silent about tokens are no way around a limit."""
    rules = SpendingRules("EUR", 1.0, {"*": TokenPrice(1, 1)})
    with Repository.discover(str(shop.path), shop.env) as repo:
        with pytest.raises(ConfigError, match="with a command"):
            drift.estimate(repo, "totals", DriftOptions(), Budget(rules))
        silent = b'{"choices": [{"message": {"content": "def totals(rows): return sum(rows)"}}]}'
        with ScriptedModels([(200, silent)]) as server:
            shop.write(".gitprov.toml", CONFIG.replace("generate =", f'endpoint = "{server.address}"\n# '))
            with pytest.raises(ConfigError, match="has no price"):
                drift.estimate(repo, "totals", DriftOptions(), Budget(limit=1.0))
            done = drift.run(repo, "totals", box, DriftOptions(2), quiet, None, Budget(rules))
        assert [sample.state for sample in done.samples] == ["ok", "no-answer"]
        assert "does not say how many tokens" in done.samples[1].detail


def test_the_library_of_models(shop: GitRepo, box: FunctionBox, monkeypatch: pytest.MonkeyPatch) -> None:
    """`llm = true` asks the library, with instructions apart; what a plug-in raises is a reason."""
    questions: list[tuple[str, str | None]] = []

    class UnknownModelError(Exception):
        """As the library has it."""

    def get_model(name: str) -> object:
        if name != "small-coder":
            raise UnknownModelError(name)
        return SimpleNamespace(prompt=prompt)

    def prompt(text: str, system: str | None, stream: bool) -> object:
        assert not stream
        questions.append((text, system))
        if len(questions) == 2:
            raise RuntimeError("key-0123456789 is wrong")
        answer = "def totals(rows): return sum(rows)"
        usage = SimpleNamespace(input=3, output=None if len(questions) == 3 else 4)
        return SimpleNamespace(text=lambda: answer, usage=lambda: usage, id="r-1")

    config = CONFIG.replace("generate =", 'llm = true\ninstructions = ["AGENTS.md"]\n# ')
    shop.write("AGENTS.md", "Be brief.\n")
    shop.write(".gitprov.toml", config)
    monkeypatch.setattr("gitprov.flow.behaviour.drift.drift_samples._WORKERS", 1)
    with Repository.discover(str(shop.path), shop.env) as repo:
        monkeypatch.setitem(sys.modules, "llm", None)
        with pytest.raises(GitprovError, match="needs the library llm"):
            drift.run(repo, "totals", box, DriftOptions(1), quiet)
        fake = SimpleNamespace(get_model=get_model, UnknownModelError=UnknownModelError)
        monkeypatch.setitem(sys.modules, "llm", fake)
        done = drift.run(repo, "totals", box, DriftOptions(3), quiet)
        assert [sample.state for sample in done.samples] == ["ok", "no-answer", "ok"]
        assert done.samples[1].detail == "llm: RuntimeError"
        assert done.facts["usage"] == {"calls": 1, "input_tokens": 3, "output_tokens": 4}
        assert questions[0] == (shop.read("totals.md"), "Be brief.")
        with pytest.raises(GitprovError, match="does not know the model other"):
            drift.run(repo, "totals", box, DriftOptions(1, "other"), quiet)
        shop.write(".gitprov.toml", config.replace("model =", "# "))
        with pytest.raises(ConfigError, match="names no model"):
            drift.run(repo, "totals", box, DriftOptions(1), quiet)
