"""Records calls of models that a program made: through the proxy, or through a library that reports them."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from gitprov.errors import NotARepository
from gitprov.flow.capture.calls import by_hand
from gitprov.flow.capture.calls.by_hand import StatedGeneration
from gitprov.flow.capture.moment import Moment, report
from gitprov.interop.calls.call import ModelCall

PROXY = "proxy"
"""`host` of generations whose calls the proxy passed on."""
COMPLETE = "complete"
"""Parameter of a generation whose answer was cut off; it is false."""


def stated(call: ModelCall, *, agent: str, session: str, host: str) -> StatedGeneration:
    """A call as a generation with an id of its own, since an answer that is repeated is a second one."""
    reply = call.reply
    return StatedGeneration(
        agent=agent,
        model=reply.model or call.request.model,
        session=session,
        turn=os.urandom(16).hex(),
        prompt=call.request.prompt,
        params={**call.request.params, **({} if reply.complete else {COMPLETE: False})},
        request_id=call.request_id or reply.id,
        output=reply.output,
        usage=reply.usage,
        host=host,
    )


class CallRecorder:
    """Records the calls of one command, as one session. `agent` is the command's name."""

    def __init__(self, agent: str, env: Mapping[str, str], cwd: str) -> None:
        self._agent = agent
        self._env = env
        self._cwd = cwd
        self._session = os.urandom(16).hex()

    def record(self, call: ModelCall) -> None:
        """Record a call; its output waits for commits. Never raises: problems go to the log of doctor."""
        moment = Moment(time.time(), self._env, self._cwd)
        try:
            generation = stated(call, agent=self._agent, session=self._session, host=PROXY)
            by_hand.record_output(generation, moment)
        except NotARepository:
            pass
        except Exception as error:  # noqa: BLE001 - the command goes on whatever happens
            report(f"proxy: a call was not recorded: {error}", moment)
