"""One call of a model, as telemetry or a service describes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from gitprov.model.canonical import Json


class DescribedCall(NamedTuple):
    """A call of a model. A fact that is not stated is None or empty.

    `key` names the call where it comes from, empty without such a name. `prompt` is the last message of the
    user, `output` all that the model answered. `at`: seconds since 1970.
    """

    key: str
    agent: str | None = None
    model: str | None = None
    session: str | None = None
    prompt: str | None = None
    prompt_name: str | None = None
    prompt_version: str | None = None
    params: Mapping[str, Json] = {}
    usage: Mapping[str, int] = {}
    request_id: str | None = None
    output: str | None = None
    at: int | None = None

    def filled_from(self, other: DescribedCall) -> DescribedCall:
        """The call with the facts of another that it lacks."""
        facts = other._asdict().items()
        return self._replace(
            **{name: value for name, value in facts if getattr(self, name) in (None, "", {})}
        )
