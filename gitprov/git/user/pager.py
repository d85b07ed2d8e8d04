"""The user's pager, chosen and started as git does it."""

from __future__ import annotations

from gitprov.git.process import Env, decode, opened, run_git


def chosen(cwd: str, env: Env) -> str | None:
    """The pager's command line; None where the user wants none."""
    command = decode(run_git(("var", "GIT_PAGER"), cwd=cwd, env=env, ok=(0, 1, 128)).stdout).strip()
    return None if command in ("", "cat") else command


class Pager:
    """A running pager; write to `input`."""

    def __init__(self, command: str, env: Env) -> None:
        from gitprov.git.programs import open_shell

        self._process = open_shell(command, {"LESS": "FRX", "LV": "-c", **env})
        self.input = opened(self._process.stdin)

    def close(self) -> None:
        """Close the pager's input and wait until the user quits it."""
        try:
            self.input.close()
        except BrokenPipeError:
            pass
        while True:
            try:
                self._process.wait()
            except KeyboardInterrupt:
                # The pager handles Ctrl-C while it has the terminal.
                continue
            return
