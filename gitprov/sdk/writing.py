"""Records a program's generation. A program is never stopped because nothing can be recorded."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError, UsageError
from gitprov.sdk.notices import notice

if TYPE_CHECKING:
    from gitprov.flow.capture.calls.by_hand import StatedGeneration

Path = str | os.PathLike[str]


def write(generation: StatedGeneration, paths: Iterable[Path], *, waits: bool = False) -> tuple[str, ...]:
    """Record the files at `paths` as the generation's; without files its output, which then may wait.

    Returns the repo-relative paths that were recorded. UsageError for a path that is no file; what cannot be
    recorded otherwise is a notice.
    """
    from gitprov.flow.capture.calls import by_hand
    from gitprov.flow.capture.moment import Moment

    names = [os.fspath(path) for path in paths]
    try:
        moment = Moment(time.time(), os.environ, os.getcwd())
        if not names:
            by_hand.record_output(generation, moment, waits=waits)
            return ()
        inside = [name for name in names if not by_hand.is_outside(name, moment)]
        if len(inside) < len(names):
            notice("a file outside of all git work trees was not recorded")
        return by_hand.record(generation, inside, moment).paths if inside else ()
    except UsageError:
        raise
    except (GitprovError, OSError) as error:
        notice(f"nothing is recorded: {error}")
        return ()
