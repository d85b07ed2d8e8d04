"""Doctor's check of pre-commit's configuration: gitprov's stages must not run other hooks more often."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gitprov.flow.setup.doctor.case import Check, Examination
from gitprov.model.finding import WARNING, Finding
from gitprov.model.hook_names import FRAMEWORK
from gitprov.store.setup import framework_config

_TYPES = re.compile(r"^default_install_hook_types:\s*(\[[^\]]*\]|(?:\n\s*-[^\n]*)+)", re.MULTILINE)
_DEFAULT = re.compile(r"^default_stages:", re.MULTILINE)
_ID = re.compile(r"(?:^\s*-\s+|[{,]\s*|^\s+)[\"']?id[\"']?:\s*[\"']?([\w.-]+)", re.MULTILINE)
_STAGES = re.compile(r"\bstages[\"']?:")
_COMMENT = re.compile(r"(?:^|\s)#.*$", re.MULTILINE)


def multiplied(config: str) -> list[str]:
    """Ids of foreign hooks that run at several stages.

    These are hooks without `stages` where the configuration installs more hook types than pre-commit and has
    no `default_stages`. `config` is YAML text; it is searched, not parsed.
    """
    text = _COMMENT.sub("", config)
    types = _TYPES.search(text)
    if types is None or _DEFAULT.search(text):
        return []
    if not any(
        re.search(rf"(?<![\w-]){hook}(?![\w-])", types[1]) for hook in FRAMEWORK if hook != "pre-commit"
    ):
        return []
    starts = list(_ID.finditer(text))
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return [
        match[1]
        for match, end in zip(starts, ends, strict=True)
        if not match[1].startswith("gitprov-") and not _STAGES.search(text[match.start() : end])
    ]


def stages_of_others(case: Examination) -> Iterator[Finding]:
    """A hook without `stages` runs at each installed stage; this reports such hooks."""
    names = multiplied(framework_config.read(case.repo).decode("utf-8", "replace"))
    if names:
        what = (
            f"{', '.join(names)} in {framework_config.NAME} name no stages, "
            "so pre-commit runs them at each of gitprov's stages"
        )
        yield Finding(
            "stages", WARNING, what, f"add to {framework_config.NAME}: default_stages: [pre-commit]"
        )


CHECKS: list[Check] = [stages_of_others]
