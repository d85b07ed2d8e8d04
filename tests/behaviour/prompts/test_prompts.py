"""Front matter of prompt files, and calls of `gitprov.prompt(…)` in code."""

from __future__ import annotations

import pytest

from gitprov.behaviour.prompts.front_matter import FrontMatter, first_line, front_matter
from gitprov.behaviour.prompts.templates import Template, templates

FILES = {
    "Say hello\n": FrontMatter("Say hello\n"),
    "---\nname: a\nversion: 1.10\nfeature: x\nother: [1]\n---\nText\n": FrontMatter("Text\n", "a", "1.10", "x"),
    "\ufeff---\r\nname: a\r\n---\r\nText\r\n": FrontMatter("Text\r\n", "a"),
    "---\n---\nText": FrontMatter("Text"),
    "---\nname: ''\n---": FrontMatter(""),
    "---\nnot closed\n": FrontMatter("---\nnot closed\n"),
    "\n---\nname: a\n---\n": FrontMatter("\n---\nname: a\n---\n"),
    "---\nversion: 2026-01-01\nname: yes\n---\n--- not the end\n": FrontMatter("--- not the end\n", "yes", "2026-01-01"),
}  # fmt: skip

WRONG = {
    "---\nname: [a\n---\n": "not valid YAML",
    "---\n- a\n---\n": "not a list of",
    "---\nname: {a: b}\n---\n": "name of the front matter is not text",
    "---\nversion: [1]\n---\n": "version of the front matter is not text",
    "---\n" + "a: b\n" * 20000 + "---\n": "too long",
}


def test_front_matter() -> None:
    """Values are text as written; what is no front matter is text."""
    for text, facts in FILES.items():
        assert front_matter(text) == facts, text


def test_first_lines() -> None:
    """The line that stands for a prompt is none of its front matter, which may be no valid YAML."""
    for text in ("---\nname: a\n---\n\n Add. \nMore\n", "---\n{\n---\nAdd.", "Add. \n"):
        assert first_line(text).strip() == "Add."
    assert first_line("---\nname: a\n---\n") == ""


def test_wrong_front_matter() -> None:
    """Each fault is named."""
    for text, reason in WRONG.items():
        with pytest.raises(ValueError, match=reason):
            front_matter(text)


CALLS = {
    "import gitprov\nx = gitprov.prompt('a', 'b')\n": Template("a", 2, "b", None, None),
    "import gitprov as g\ng.prompt(text='b', name='a', version='1', feature='f')\n": Template("a", 2, "b", "1", "f"),
    "from gitprov import prompt\nprompt('a')\n": Template("a", 2, None, None, None),
    "from gitprov import prompt as p\nT = 'x'\np('a', T + 'y' 'z')\n": Template("a", 3, "xyz", None, None),
    "import gitprov\nT = U = 'x'\ndef f():\n    return gitprov.prompt('a', T + other)\n": Template("a", 4, None, None, None),
    "import gitprov\n@gitprov.prompt('a')\nasync def f():\n    '''Do it.'''\n": Template("a", 2, "Do it.", None, None),
    "import gitprov\n@gitprov.prompt('a', version='2')\ndef f(): pass\n": Template("a", 2, None, "2", None),
    "import gitprov\ngitprov.prompt('a', f'{x}', version=v, **more)\n": Template("a", 2, None, None, None),
}  # fmt: skip

NO_PROMPTS = (
    "prompt('a', 'b')\n",
    "import other as gitprov\ngitprov.prompt('a')\n",
    "from .gitprov import prompt\nprompt('a')\n",
    "import gitprov\ngitprov.prompt(name)\ngitprov.prompt()\ngitprov.other('a')\nx.y.prompt('a')\nf()('a')\n",
)


def test_templates() -> None:
    """Calls are read however the function is imported; a text that is computed is unknown."""
    for source, row in CALLS.items():
        assert templates(source.encode()) == [row], source
    for source in NO_PROMPTS:
        assert templates(source.encode()) == [], source
    with pytest.raises(ValueError, match="not valid Python"):
        templates(b"def f(:")
    with pytest.raises(ValueError, match="null"):
        templates(b"x\0")
