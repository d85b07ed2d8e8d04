"""Notes by mail: from `git format-patch` through `git am` in a clone that has none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitprov.interop.formats import mail
from tests.support.agent import Agent
from tests.support.repo import GitRepo

BASE = "".join(f"line {number}\n" for number in range(12))


class Post:
    """Two people with one base, and mails between them."""

    def __init__(self, sender: GitRepo, receiver: GitRepo) -> None:
        self.sender, self.receiver = sender, receiver
        self.bag = receiver.path.parent / "mails"

    def sent(self, *flags: str, base: str = "HEAD~1") -> list[str]:
        """The mails of the commits since a base."""
        self.sender.git("format-patch", "-q", "-o", str(self.bag), *flags, base)
        return [str(path) for path in sorted(self.bag.iterdir())]


@pytest.fixture
def post(hooked: GitRepo, tmp_path: Path) -> Post:
    """The sender has a commit of a model; the receiver has the base, and hooks, and another commit upon it."""
    hooked.write("a.py", BASE)
    hooked.commit("Base")
    receiver = hooked.clone(tmp_path / "receiver")
    receiver.install()
    agent = Agent(hooked)
    agent.write("a.py", BASE + "def added():\n    return 'grün'\n")
    agent.write("odd näme.py", "x = 1\n\ny = 2\n")
    hooked.commit("Add a function — and more")
    receiver.write("a.py", "import os\n\n" + BASE)
    receiver.commit("An import")
    return Post(hooked, receiver)


@pytest.mark.slow
def test_notes_come_with_the_mail(post: Post) -> None:
    """`git am` in a clone without any record: the lines have the model, the trace and the moment of the sender."""
    mails = post.sent("--notes=gitprov")
    post.receiver.git("am", "-q", *mails)
    assert post.receiver.classes("a.py") == ["unknown"] * 14 + ["ai"] * 2
    rows = post.receiver.ai_blame("odd näme.py")["lines"]
    assert {(row["class"], row["evidence"], row["model"]) for row in rows} == {("ai", "imported", "model-1")}
    (sent,), (taken,) = post.sender.traces(), post.receiver.traces()
    assert {key: sent[key] for key in ("id", "agent", "model", "session", "at")} == {
        key: taken[key] for key in ("id", "agent", "model", "session", "at")
    }
    assert taken["source"] == {"format": "mail", "key": sent["id"]}
    assert "clean" in post.receiver.gitprov("verify").stdout
    again = post.receiver.gitprov("import", "mail", "--from", mails[0])
    assert "mail: 1 commit has a note of it; notes changed: 0" in again.stdout


@pytest.mark.slow
def test_without_hooks_a_command_does_it(post: Post) -> None:
    """`git am` where no hook runs, and the mails afterwards; a mail that was changed on its way claims no changed file."""
    mails = post.sent("--notes=gitprov")
    post.receiver.git("-c", "core.hooksPath=/nowhere", "am", "-q", *mails)
    assert post.receiver.note() == []
    text = Path(mails[0]).read_bytes()
    Path(mails[0]).write_bytes(text.replace(b"+x = 1", b"+x = 3"))
    done = post.receiver.gitprov("import", "mail", "--from", mails[0])
    assert "the lines of odd näme.py are not those of the mail" in done.stdout
    assert post.receiver.classes("a.py")[-2:] == ["ai", "ai"]
    assert post.receiver.classes("odd näme.py") == ["unknown"] * 3
    nothing = post.receiver.gitprov("import", "mail", check=False)
    assert nothing.returncode == 3
    assert "import mail --from FILE" in nothing.stderr


MAIL = """\
From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
From: List <list@example.com>
Date: {date}
Subject: [PATCH] x

From: =?UTF-8?q?J=C3=BCrgen?= <j@example.com>

Words.

---

Notes (gitprov):
    {{"kind":"trace","v":1,"id":"gen_20260202_aaaaaaaaaa","model":"m","files":{{"a b.py":{{"ai":"3-4"}}}}}}
    {{"kind":"human","v":1,"id":"h_1","author":"B <b@x>","files":{{"a b.py":{{"human":"9"}},"gone":{{"human":"1"}}}}}}
    no row
 a | 1 +

diff --git "a/a b.py" "b/a b.py"
--- "a/a b.py"
+++ "b/a \\142.py"
@@ -2,0 +3,2 @@
+x = 1
++++ y
@@ -7 +9,2 @@ def f():
-old
+new
+newer
\\ No newline at end of file
--{space}
2.39.5
"""


def test_a_mail_is_read() -> None:
    """The author in the body counts, escapes of paths and lines that look like headers are read; numbers move."""
    text = MAIL.format(date="Sun, 1 Feb 2026 10:00:00 +0100", space=" ")
    letter, other = mail.mails((text + text.replace("Sun, 1 Feb", "Mon, 99 Fob")).encode())
    assert (letter.author, letter.at, other.at) == ("j@example.com", 1769936400, None)
    lines = [(3, b"x = 1"), (4, b"+++ y"), (9, b"new"), (10, b"newer")]
    assert letter.added == {"a b.py": lines}
    moved = [(number + 20, line) for number, line in lines]
    note = mail.read(letter, lambda path: moved if path == "a b.py" else [(1, b"z")])
    assert {(claim.cls, str(claim.lines), claim.maker.key) for claim in note.claims} == {
        ("ai", "23-24", "gen_20260202_aaaaaaaaaa"),
        ("human", "29", "h_1"),
    }
    assert note.problems == ("the lines of gone are not those of the mail",)
    assert list(mail.mails(text.replace("Notes (", "Notes: (").encode())) == []
    cut = text[: text.index("++++ y")].encode()
    assert next(mail.mails(cut)).added == {"a b.py": [(3, b"x = 1")]}


def test_a_mail_that_was_encoded() -> None:
    """Long lines and other letters make a mail program encode a mail; the note is read all the same."""
    from email import message_from_string
    from email.charset import QP, Charset

    text = MAIL.format(date="Sun, 1 Feb 2026 10:00:00 +0100", space=" ").partition("\n")[2]
    plain = message_from_string(text)
    charset = Charset("utf-8")
    charset.body_encoding = QP
    body = plain.get_payload()
    del plain["content-transfer-encoding"]
    plain.set_payload(body, charset)
    assert "=20" in plain.as_string() or "=3D" in plain.as_string()
    (letter,) = mail.mails(plain.as_bytes())
    assert list(letter.note.traces) == ["gen_20260202_aaaaaaaaaa"]
    assert [number for number, _ in letter.added["a b.py"]] == [3, 4, 9, 10]
