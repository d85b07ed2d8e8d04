"""The code in a model's reply: without fences and without prose. What is taken away is kept."""

from __future__ import annotations

import ast
import re
import warnings
from typing import NamedTuple

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^\n]*$")
_START = re.compile(
    r"(?:import|from|def|async|class|@|#|\"\"\"|'''|[A-Za-z_]\w*\s*(?::[^=\n]+)?=|if |try:|with )"
)
_PYTHON = ("python", "py", "python3", "")
_MOST_TRIES = 200


class ReplyCode(NamedTuple):
    """The code, empty where there is none; what was taken away, piece by piece; why the code does not parse,
    empty where it does.
    """

    code: str
    stripped: tuple[str, ...]
    problem: str


class _Block(NamedTuple):
    language: str
    text: str


def code_in(reply: str, name: str) -> ReplyCode:
    """The code in a reply that defines `name`, a dotted name inside the module.

    Blocks in fences count before text without. Of several, those that parse and define the name count first,
    then the longest. A fence that is not closed ends with the reply.
    """
    text = reply.replace("\r\n", "\n").lstrip("\ufeff")
    blocks, prose = _split(text)
    if not blocks:
        return _without_prose(text)
    top = name.partition(".")[0]
    usable = [block for block in blocks if block.language in _PYTHON] or blocks
    best = max(
        usable, key=lambda block: (_defines(block.text, top), problem_of(block.text) == "", len(block.text))
    )
    others = [block.text for block in blocks if block is not best]
    return ReplyCode(best.text, tuple(filter(str.strip, [*prose, *others])), problem_of(best.text))


def problem_of(code: str) -> str:
    """Why a text is no module of Python, in one line; empty where it is."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(code)
    except SyntaxError as error:
        return f"line {error.lineno or 0}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return str(error) or type(error).__name__
    return "" if tree.body else "there is no code"


def _defines(code: str, name: str) -> bool:
    return (
        re.search(
            rf"^(?:async\s+def|def|class)\s+{re.escape(name)}\b|^{re.escape(name)}\s*=", code, re.MULTILINE
        )
        is not None
    )


def _split(text: str) -> tuple[list[_Block], list[str]]:
    """The blocks in fences, and the pieces of text around them."""
    blocks: list[_Block] = []
    prose: list[str] = [""]
    fence, language, lines = "", "", [""]
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if not fence and match:
            fence, language, lines = match[1], match[2].lower(), []
        elif fence and match and match[1].startswith(fence) and not match[2]:
            blocks.append(_Block(language, "\n".join(lines) + "\n"))
            fence = ""
            prose.append("")
        elif fence:
            lines.append(line)
        else:
            prose[-1] += line + "\n"
    if fence:
        blocks.append(_Block(language, "\n".join(lines)))
    return blocks, prose


def _without_prose(text: str) -> ReplyCode:
    """A reply without fences: lines are taken from both ends until the rest parses."""
    if not problem_of(text):
        return ReplyCode(text, (), "")
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _START.match(line)]
    tries = 0
    for start in starts[:20]:
        for end in range(len(lines), start, -1):
            tries += 1
            if tries > _MOST_TRIES:
                break
            code = "\n".join(lines[start:end]) + "\n"
            if not problem_of(code):
                around = ("\n".join(lines[:start]), "\n".join(lines[end:]))
                return ReplyCode(code, tuple(filter(str.strip, around)), "")
    problem = problem_of(text) if starts else "there is no code"
    return ReplyCode(text if starts else "", () if starts else tuple(filter(str.strip, [text])), problem)
