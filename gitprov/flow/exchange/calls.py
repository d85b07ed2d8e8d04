"""Records calls of models that others describe, as generations whose outputs wait for a commit."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from gitprov.errors import NotARepository, UsageError
from gitprov.flow.capture.calls.by_hand import StatedGeneration, record_in
from gitprov.flow.capture.delivery import Delivery
from gitprov.flow.capture.moment import Moment, place_of, utc_second
from gitprov.interop.telemetry.call import DescribedCall
from gitprov.model.canonical import sha256_hex

#: Calls of which a part came, that wait for the rest, and the characters of their texts.
_MOST_CALLS, _MOST_TEXT = 2_000, 64 << 20
#: Moments later than this many seconds since 1970 are not believed.
_LATEST = 1 << 33


class RecordedCalls(NamedTuple):
    """How many calls were recorded, and why others were not."""

    generations: int
    problems: tuple[str, ...]


class CallImporter:
    """Records calls in the work tree of a moment. What comes of one call in parts is one generation.

    `agent` is that of calls that name none. `moment` returns the present one. NotARepository outside of all
    work trees. Not for several threads at once.
    """

    def __init__(self, agent: str, moment: Callable[[], Moment]) -> None:
        self._agent = agent
        self._moment = moment
        self._parts: OrderedDict[str, DescribedCall] = OrderedDict()
        self._text = 0
        present = moment()
        if place_of(present.cwd, present.cwd, present.env) is None:
            raise NotARepository(f"not in a git work tree: {present.cwd}", "run this inside your repository")

    def record(self, calls: Iterable[DescribedCall]) -> RecordedCalls:
        """Record the calls whose output has come. GitprovError where the inbox cannot be written."""
        moment = self._moment()
        count, problems = 0, []
        with Delivery(moment.env) as delivery:
            for call in map(self._whole, calls):
                if call.output is None:
                    continue
                try:
                    record_in(delivery, self._stated(call), (), moment)
                    count += 1
                except UsageError as error:
                    problems.append(str(error)[:300])
        return RecordedCalls(count, tuple(problems))

    def _whole(self, call: DescribedCall) -> DescribedCall:
        """A call with what came of it before; the oldest parts are dropped where there are too many."""
        if not call.key:
            return call
        old = self._parts.pop(call.key, None)
        if old is not None:
            self._text -= _size(old)
            call = old.filled_from(call)
        self._parts[call.key] = call
        self._text += _size(call)
        while len(self._parts) > _MOST_CALLS or (self._text > _MOST_TEXT and len(self._parts) > 1):
            self._text -= _size(self._parts.popitem(last=False)[1])
        return call

    def _stated(self, call: DescribedCall) -> StatedGeneration:
        at = call.at if call.at is not None and 0 < call.at < _LATEST else None
        turn = call.key or sha256_hex(
            f"{call.at}\0{call.prompt}\0{call.output}".encode("utf-8", "surrogatepass")
        )
        return StatedGeneration(
            agent=call.agent or self._agent,
            model=call.model,
            session=call.session,
            turn=turn,
            prompt=call.prompt,
            prompt_name=call.prompt_name,
            prompt_version=call.prompt_version,
            params=call.params,
            request_id=call.request_id,
            output=call.output,
            usage=call.usage,
            at=None if at is None else utc_second(at),
        )


def _size(call: DescribedCall) -> int:
    return len(call.prompt or "") + len(call.output or "")
