"""Programs at a lower price: each run is a fork of one Python that has imported gitprov, in place of a Python of its own.

Starting Python and importing is most of what a hook or a short command costs. The server below stands in for:

- hooks: the shims are the installed ones but for their line `python=`, which names a script that asks the server;
- commands: scripts that are named like the commands, and `struck` for tests/support/fatal.py, stand first in PATH.

The fuzzer uses the first, tests that ask for `forked` (tests/conftest.py) both.

A fork has the arguments, environment, directory, streams, umask and limits of its script, and the script ends as the fork ended, by the same
signal too. Linux only, since all of that comes from /proc.
"""

from __future__ import annotations

import errno
import gc
import importlib
import os
import pkgutil
import re
import resource
import select
import signal
import stat
import subprocess
import sys
import time
import traceback
from pathlib import Path

from tests.support.sealed import ROOT, SCRIPTS, wrappers

#: What the server imports before it forks: what hooks need, or what every command needs as well.
_HOOKS = ("agents", "attribution", "checks", "flow", "git", "interop", "model", "store")
_COMMANDS = (*_HOOKS, "cli", "output")

#: Program → module whose `main` it runs; `struck` hands its arguments over.
_PROGRAMS = {**SCRIPTS, "struck": "tests.support.fatal"}

#: The line of a shim that names its Python.
_PYTHON = re.compile(r"^python='[^']+'$", re.MULTILINE)

_CLIENT = """\
#!/bin/sh
mkfifo "{room}/$$" && echo $$ >"{room}/asked" && read -r status <"{room}/$$"
case $status in -*) kill "$status" $$ ;; esac
exit "${{status:-1}}"
"""


class Forks:
    """A server of forks, as long as it is open. `python` is what the shims are to call, `bin` has scripts named like commands.

    `commands`: whether the server imports what commands for people need besides what hooks need.
    """

    def __init__(self, room: Path, commands: bool = False) -> None:
        self.bin = room / "bin"
        self.bin.mkdir(parents=True)
        os.mkfifo(room / "asked")
        self.python = room / "python"
        for script in (self.python, *(self.bin / name for name in _PROGRAMS)):
            script.write_text(_CLIENT.format(room=room))
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        command = [
            sys.executable,
            "-m",
            "tests.support.forks",
            str(room),
            *(["commands"] if commands else []),
        ]
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        self._server = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._server.stdout is not None
        self._server.stdout.readline()

    def hook(self, hooks: Path) -> None:
        """Let the installed shims of a folder ask this server in place of their Python."""
        for shim in hooks.iterdir():
            text = shim.read_text(encoding="utf-8")
            shim.write_text(_PYTHON.sub(f"python='{self.python}'", text, count=1), encoding="utf-8")

    def close(self) -> None:
        """End the server."""
        self._server.communicate()

    @staticmethod
    def possible() -> bool:
        """Whether processes here can be looked into."""
        return os.path.exists("/proc/self/environ")


def plain_programs(folder: Path) -> Path:
    """The same scripts where nothing can be forked: each starts a Python of its own. Returns the folder that has them."""
    scripts = wrappers(folder)
    struck = scripts / "struck"
    struck.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/tests/support/fatal.py" "$@"\n')
    struck.chmod(struck.stat().st_mode | stat.S_IXUSR)
    return scripts


def serve(room: str, rooms: tuple[str, ...]) -> None:
    """Answer until nobody holds our standard input any more."""
    importlib.import_module("gitprov.cli.hook")
    for name in rooms:
        package = importlib.import_module(f"gitprov.{name}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
    gc.freeze()
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    asked = os.open(os.path.join(room, "asked"), os.O_RDWR)
    os.write(1, b"ready\n")
    clients: dict[int, int] = {}
    while 0 not in (ready := select.select([asked, 0, ended], [], [])[0]):
        for word in os.read(asked, 4096).split() if asked in ready else ():
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _be(room, int(word))
            clients[pid] = int(word)
        if ended in ready:
            os.read(ended, 4096)
            _reap(room, clients)


def _reap(room: str, clients: dict[int, int]) -> None:
    """Tell the script of each fork that has ended how it ended."""
    while clients:
        pid, state = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        client = clients.pop(pid)
        reply = os.path.join(room, str(client))
        while os.path.exists(f"/proc/{client}"):
            try:
                end = os.open(reply, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                if error.errno != errno.ENXIO:
                    raise
                time.sleep(0.001)  # the script has asked, and does not read yet
                continue
            os.write(end, b"%d\n" % os.waitstatus_to_exitcode(state))
            os.close(end)
            break
        os.unlink(reply)


def _be(room: str, client: int) -> None:
    """Be the program that a waiting script stands for, and end as it ends."""
    status = 1
    try:
        status = _program(room, client)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # noqa: BLE001 - as Python does at its end; nobody is above us
        traceback.print_exc()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _program(room: str, client: int) -> int:
    place = f"/proc/{client}"
    while os.readlink(f"{place}/fd/1") == os.path.join(room, "asked"):
        time.sleep(
            0.0002
        )  # a shell's `echo` writes to its standard output, which is the question's until it has
    for number in (0, 1, 2):
        opened = os.open(f"{place}/fd/{number}", os.O_WRONLY | os.O_APPEND if number else os.O_RDONLY)
        os.dup2(opened, number)
        os.close(opened)
    # Standard input ends with this process.
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    os.chdir(f"{place}/cwd")
    entries = (row.partition(b"=") for row in Path(place, "environ").read_bytes().split(b"\0") if row)
    os.environb.clear()
    os.environb.update({key: value for key, _, value in entries})
    time.tzset()
    os.umask(int(_field(place, "Umask"), 8))
    for limit in (resource.RLIMIT_FSIZE, resource.RLIMIT_STACK, resource.RLIMIT_NOFILE):
        resource.setrlimit(limit, resource.prlimit(client, limit))
    words = [os.fsdecode(word) for word in Path(place, "cmdline").read_bytes().split(b"\0")[1:-1]]
    parent = int(Path(place, "stat").read_bytes().rpartition(b")")[2].split()[1])
    os.getppid = lambda: parent
    name = os.path.basename(words[0])
    if name == "python":
        from gitprov.cli import hook

        # The script, -ISc, the text, the folder of the package: behind them stands what the hook is told.
        return hook.run(words[4:])
    main = importlib.import_module(_PROGRAMS[name]).main
    sys.argv = words
    status: int = main(words[1:]) if name == "struck" else main()
    return status


def _field(place: str, name: str) -> str:
    """A value of the `status` file of a process."""
    text = Path(place, "status").read_text(encoding="utf-8", errors="surrogateescape")
    return next(
        value.strip() for key, _, value in (row.partition(":") for row in text.splitlines()) if key == name
    )


if __name__ == "__main__":
    serve(sys.argv[1], _COMMANDS if "commands" in sys.argv[2:] else _HOOKS)
