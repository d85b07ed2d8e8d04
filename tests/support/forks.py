"""Hooks at a lower price: each is a fork of one Python that has imported gitprov, in place of a Python of its own.

Starting Python and importing is most of what a commit costs, and the fuzzer makes tens of thousands of commits. The
shims are the installed ones but for their line `python=`, which names a script that asks the server below. Linux only,
since the fork takes arguments, environment, directory and streams from /proc.
"""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import select
import signal
import stat
import subprocess
import sys
import traceback
from pathlib import Path

from tests.support.sealed import ROOT

#: What hooks import; the commands for people are not among it.
_ROOMS = ("agents", "attribution", "checks", "flow", "git", "interop", "model", "store")

_CLIENT = """\
#!/bin/sh
mkfifo "{room}/$$" && echo $$ >"{room}/asked" && read -r status <"{room}/$$" && exit "$status"
exit 1
"""


class Forks:
    """A server of forks, as long as it is open. `python` is what the shims are to call."""

    def __init__(self, room: Path) -> None:
        room.mkdir()
        os.mkfifo(room / "asked")
        self.python = room / "python"
        self.python.write_text(_CLIENT.format(room=room))
        self.python.chmod(self.python.stat().st_mode | stat.S_IXUSR)
        command = [sys.executable, "-m", "tests.support.forks", str(room)]
        self._server = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._server.stdout is not None
        self._server.stdout.readline()

    def close(self) -> None:
        """End the server."""
        self._server.communicate()

    @staticmethod
    def possible() -> bool:
        """Whether processes here can be looked into."""
        return os.path.exists("/proc/self/environ")


def serve(room: str) -> None:
    """Answer until nobody holds our standard input any more."""
    importlib.import_module("gitprov.cli.hook")
    for name in _ROOMS:
        package = importlib.import_module(f"gitprov.{name}")
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(found.name)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
    asked = os.open(os.path.join(room, "asked"), os.O_RDWR)
    os.write(1, b"ready\n")
    while 0 not in (ready := select.select([asked, 0], [], [])[0]):
        for word in os.read(ready[0], 4096).split():
            if os.fork() == 0:
                _answer(room, int(word))


def _answer(room: str, client: int) -> None:
    """Be the hook that a waiting script stands for, and tell it how that ended."""
    reply = os.path.join(room, str(client))
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        status = _hook(client)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001 - there is nobody above us; the script has to hear of it
        traceback.print_exc()
    finally:
        with open(reply, "w", encoding="ascii") as file:
            file.write(f"{status}\n")
        os.unlink(reply)
        os._exit(0)


def _hook(client: int) -> int:
    from gitprov.cli import hook

    place = f"/proc/{client}"
    for number in (0, 1, 2):
        opened = os.open(f"{place}/fd/{number}", os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it ends with this process
    os.chdir(f"{place}/cwd")
    entries = (row.partition(b"=") for row in Path(place, "environ").read_bytes().split(b"\0") if row)
    os.environb.clear()
    os.environb.update({key: value for key, _, value in entries})
    words = Path(place, "cmdline").read_bytes().split(b"\0")[:-1]
    parent = int(Path(place, "stat").read_bytes().rpartition(b")")[2].split()[1])
    os.getppid = lambda: parent
    # sh, the script, -ISc, the text, the folder of the package: behind them stands what the hook is told.
    return hook.run([os.fsdecode(word) for word in words[5:]])


if __name__ == "__main__":
    serve(sys.argv[1])
