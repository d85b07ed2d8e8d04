"""The text of shell commands: what it proves, and all that it does not prove."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.agents.commands import effects, lexer
from gitprov.agents.commands.effects import edits_of
from gitprov.agents.payloads import report
from gitprov.agents.payloads.report import FileEdit

START = {"a.py": b"one = 1\ntwo = 2\n", "b.py": b"x.y = x.y\r\n[end]", "src/c.py": b"three\n"}

PROVEN = [
    "cat > n.py <<'EOF'\nif x:\n\treturn \"$HOME `pwd`\" \\n\nEOF",
    "cat > n.py <<EOF\nprice = 5 $ \\$HOME \\d \\\\ 'q'\nEOF\n",
    "cat <<-EOF > n.py\n\tone\n\t\ttwo\n\tEOF",
    'cat <<< "a b" > n.py',
    "cat <<A > n.py && cat <<B >> n.py\nfirst\nA\nsecond\nB\n",
    "cat > n.py << \\EOF\n$x\nEOF",
    "> n.py; : > m.py; echo -n text > o.py",
    'echo a  \'b  c\' "d \\"e\\" \\z" f\\ g h\\\ni # comment > x\n echo 2>&1 j >> a.py',
    "printf 'a\\tb\\\\ %% \"c\"\\n' > n.py && printf '%s=%s\\n' a 1 b > o.py; printf plain >| p.py",
    "cd src && echo x >> c.py && cd .. && echo y >> a.py",
    "mkdir -p new/deep && tee new/deep/n.py new/m.py > /dev/null <<'EOF'\nx\nEOF",
    "echo z | tee -a a.py n.py",
    "mv a.py n.py; mv -f src/c.py b.py",
    "mv a.py b.py src/",
    "mv -- a.py src/../n.py && echo more >> n.py",
    "rm -f a.py src/c.py nowhere.py",
    "sed -i 's/o/0/' a.py && sed -i -e 's|x\\.y|z\\n|g' -e 's/^/# /;s/]$/)/' b.py",
    "sed -i -E 's,^o.e,\\&,' a.py",
    "sed -i 's/two = 2/a\\/b/' a.py b.py",
    "python -c 'x = 1'; FOO=1 true; echo n > n.py 2> /dev/null",
    "echo 'é ü' > 'a b.txt'",
    "[ -f a.py ] && echo y > n.py",
]


def outcome(start: dict[str, bytes], edits: tuple[FileEdit, ...]) -> dict[str, bytes]:
    """The files after the edits."""
    files = dict(start)
    for edit in edits:
        before = files.get(edit.source or edit.path)
        if edit.removed:
            files.pop(edit.path, None)
        else:
            after = report.applied(edit, before, None)
            assert after is not None
            files[edit.path] = after
    return files


@pytest.mark.parametrize("command", PROVEN)
def test_what_the_text_proves(tmp_path: Path, command: str) -> None:
    """The edits make of the files what bash makes of them."""
    for path, content in START.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(content)
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    files = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*.*")}
    edits = edits_of(command)
    assert edits
    assert outcome(START, edits) == files


UNCLEAR = [
    "echo 'x > a.py",
    'echo "x > a.py',
    "cat > a.py <<EOF\nno end",
    "echo x > a.py; echo 'no end",
    "echo x > a.py \\",
    "cat > a.py <<EOF\n$HOME\nEOF",
    "cat > a.py <<EOF\n`pwd`\nEOF",
    "cat b.py > a.py; echo y >> a.py",
    "cat < b.py > a.py",
    "python make.py > a.py",
    "grep x b.py | sort | tee a.py",
    "grep x b.py | tee a.py",
    "echo $x > a.py",
    "echo ${x} > a.py",
    'echo "$x" > a.py',
    "echo x > $f",
    "echo x > ~/a.py",
    "echo x > *.py",
    "echo {a,b} > a.py",
    "echo $(pwd) > a.py",
    'echo "$(pwd)" > a.py',
    "echo `pwd` > a.py",
    "echo $'x' > a.py",
    "(echo x > a.py)",
    "{ echo x; } > a.py",
    "false || echo x > a.py",
    "sleep 1 & echo x > a.py",
    "if true; then echo x > a.py; fi",
    "for f in a; do echo x > a.py; done",
    "f() { echo x > a.py; }",
    "! echo x > a.py",
    "case x in x) echo x > a.py;; esac",
    "cd $d && echo x > a.py",
    "cd - && echo x > a.py",
    "cd && echo x > a.py",
    "exit 1; echo x > a.py",
    "eval 'echo x > a.py'",
    "echo x > a.py > b.py",
    "echo x &> a.py",
    "echo x >& a.py",
    "echo x > a.py >&2",
    "echo x >&2",
    "echo x > /dev/null",
    "echo -e 'x\\ny' > a.py",
    "echo 'x\\ny' > a.py",
    "printf '%d\\n' 5 > a.py",
    "printf '\\x41' > a.py",
    "printf -v x y > a.py",
    "printf 'x\\n' unused > a.py",
    "printf > a.py",
    "cp b.py a.py && sed -i 's/x/y/' a.py",
    "mv a.py",
    "mv -t src a.py",
    "mv $x a.py",
    "rm -i a.py",
    "rm",
    "sed 's/x/y/' a.py",
    "sed -i 's/x*/y/' a.py",
    "sed -i 's/x/&y/' a.py",
    "sed -i 's/\\(x\\)/\\1/' a.py",
    "sed -E -i 's/x+/y/' a.py",
    "sed -i '3d' a.py",
    "sed -i 's/x/y' a.py",
    "sed -i 's/x/y/2' a.py",
    "sed -i 's//y/' a.py",
    "sed -i 's' a.py",
    "sed -i -n 's/x/y/' a.py",
    "sed -i",
    "git checkout a.py",
    "git rm --cached a.py",
    "> (",
    "cat <<$x > a.py\nx\n$x",
    "tee",
    "x" * (lexer.LONGEST + 1) + "\necho x > a.py",
    "rm a.py " + "b.py " * effects.MOST_EDITS,
]


@pytest.mark.parametrize("command", UNCLEAR)
def test_what_the_text_does_not_prove(command: str) -> None:
    """Whatever is more than literal words and plain redirections is no edit."""
    assert edits_of(command) == ()


def test_what_comes_before_is_kept() -> None:
    """A command that cannot be read takes nothing from those before it."""
    edits = edits_of("echo x > a.py\necho y > b.py; for f in *; do rm $f; done; rm c.py", "/r")
    assert edits == (FileEdit("/r/a.py", content="x\n"), FileEdit("/r/b.py", content="y\n"))
    assert edits_of("git mv -f a.py b.py; git rm -q c.py") == (
        FileEdit("b.py", source="a.py"),
        FileEdit("a.py", removed=True),
        FileEdit("c.py", removed=True),
    )


@given(st.text(st.sampled_from("ab'\"\\$`(){}[]*?<>|&;#\n\t ~!-=/e1é")))
def test_any_text(command: str) -> None:
    """Reading never fails, and an edit names a file."""
    assert all(edit.path for edit in edits_of(f"echo {command} > f\ncat <<E{command}"))


@given(st.text(st.sampled_from("ab /.-\n")), st.text(st.sampled_from('ab"\\$`() ;\n')))
def test_a_quotation_without_end(before: str, inside: str) -> None:
    """Nothing is claimed of a text in which a quotation has no end."""
    assert edits_of(f"echo x > f\n{before}'{inside}") == ()


@pytest.mark.parametrize(
    "text", ["'", '"', "\\", "a\\\n", "<<E\n", "$x", "a|", "a;", "{", "echo '' ", "((", '"$"']
)
def test_time_is_linear(text: str) -> None:
    """The longest text is read at once, whatever it repeats."""
    command = text * (lexer.LONGEST // len(text))
    assert len(edits_of(command)) <= effects.MOST_EDITS
