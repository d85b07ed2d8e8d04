"""What a generator of code answered."""

from __future__ import annotations

from typing import NamedTuple


class Reply(NamedTuple):
    """A reply, or why there is none: then `problem` is a reason in one line, else it is empty.

    `model` as the generator names it, `request` its id of the request; tokens are None where nobody counts
    them.
    """

    text: str
    problem: str = ""
    model: str | None = None
    request: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
