"""Tools of coding agents by their names, and the edits that their arguments stand for.

Agents name the same few tools and arguments differently. Names are compared without case and punctuation.
"""

from __future__ import annotations

from typing import Any

from gitprov.agents.payloads import patch
from gitprov.agents.payloads.edits import Replace
from gitprov.agents.payloads.patch import BEGIN
from gitprov.agents.payloads.report import FileEdit, text
from gitprov.model.untrusted.jsonvalue import loads_object

_WRITE = frozenset(("write", "writefile", "create", "createfile", "writetofile", "newfile", "createnewfile"))
_EDIT = frozenset((
    "edit", "replace", "strreplace", "multiedit", "searchreplace", "replaceinfile", "editfile",
    "singlefindandreplace", "multireplace", "replacefilecontent", "multireplacefilecontent",
    "editexistingfile", "insertedit", "replacestringinfile", "editnotebook", "strreplaceeditor",
))  # fmt: skip
_DELETE = frozenset(("delete", "deletefile", "remove", "removefile", "undocreatefile"))
_PATCH = frozenset(("applypatch", "patch"))
_SHELL = frozenset((
    "bash", "shell", "execcommand", "shellcommand", "runshellcommand", "runterminalcommand", "runterminalcmd",
    "executecommand", "execute", "terminal", "runcommand", "runcommands", "localshellcall", "localshell",
    "unifiedexec", "runinterminal", "writestdin", "powershell",
))  # fmt: skip

_READ = frozenset(("read", "readfile", "view", "viewfile", "open", "openfile", "readmanyfiles"))

_PATHS = ("file_path", "filePath", "path", "filepath", "target_file", "TargetFile", "absolute_path")
_CONTENTS = ("content", "contents", "file_text", "fileText", "CodeContent", "new_contents")
_OLD = ("old_string", "oldString", "old_str", "oldText", "old_text", "TargetContent", "search")
_NEW = ("new_string", "newString", "new_str", "newText", "new_text", "ReplacementContent", "replace")
_EVERY = ("replace_all", "replaceAll", "allow_multiple", "AllowMultiple")
_LISTS = ("edits", "ReplacementChunks", "replacements", "changes")
_PATCHES = ("patchText", "patch", "input", "command", "diff")
_COMMANDS = ("command", "cmd", "CommandLine", "script", "commands")
_DIRECTORIES = ("workdir", "working_directory", "workingDirectory", "Cwd", "cwd", "dir_path", "directory")


def plain_name(tool: str | None) -> str:
    """A tool's name in small letters, without its name space and punctuation."""
    name = (tool or "").rpartition(".")[2]
    return "".join(c for c in name.lower() if c.isalnum())


def arguments(value: object) -> dict[str, Any]:
    """A tool's arguments: an object, an object as JSON text, or the bare text of a patch or command."""
    if isinstance(value, str):
        row = loads_object(value)
        return row if row is not None else {"input": value}
    return value if isinstance(value, dict) else {}


def command_of(tool: str | None, value: object) -> str | None:
    """The command of a shell tool, empty where it names none; None for other tools."""
    if plain_name(tool) not in _SHELL:
        return None
    row = arguments(value)
    for command in map(row.get, _COMMANDS):
        if isinstance(command, str):
            return command
        if isinstance(command, list):
            return "\n".join(word for word in command if isinstance(word, str))
    return ""


def reads_of(tool: str | None, value: object) -> tuple[str, ...]:
    """The files that a tool reads, as its arguments name them; none for tools of other kinds."""
    if plain_name(tool) not in _READ:
        return ()
    row = arguments(value)
    several = next((entry for entry in map(row.get, ("paths", "file_paths")) if isinstance(entry, list)), [])
    path = text(row, *_PATHS, "AbsolutePath")
    return tuple(name for name in (path, *several) if isinstance(name, str))


def directory_of(value: object) -> str | None:
    """The directory in which a shell tool runs its command, as its arguments name it."""
    return text(arguments(value), *_DIRECTORIES)


def edits_of(tool: str | None, value: object) -> tuple[FileEdit, ...]:
    """The edits that a tool will make, in order; none for tools that edit no file.

    For a shell tool these are the patches in its command.
    """
    name, row = plain_name(tool), arguments(value)
    command = command_of(tool, row)
    if command is not None:
        return _patched(command) if BEGIN in command else ()
    if name not in _WRITE | _EDIT | _DELETE | _PATCH:
        return ()
    patch_text = next((entry for entry in map(row.get, _PATCHES) if _is_patch(entry)), None)
    if patch_text is not None:
        return _patched(str(patch_text))
    path = text(row, *_PATHS)
    if path is None:
        return ()
    if name in _DELETE:
        return (FileEdit(path, removed=True),)
    if name in _WRITE and (content := _any_text(row, _CONTENTS)) is not None:
        return (FileEdit(path, content=content),)
    return (FileEdit(path, replaces=_replaces(row)),)


def _replaces(row: dict[str, Any]) -> tuple[Replace, ...]:
    """The replacements in an editing tool's arguments; none where one of them is not plain."""
    rows = next((entry for entry in map(row.get, _LISTS) if isinstance(entry, list)), [row])
    replaces: list[Replace] = []
    for entry in rows:
        old, new = (
            (_any_text(entry, _OLD), _any_text(entry, _NEW)) if isinstance(entry, dict) else (None, None)
        )
        if old is None or new is None:
            return ()
        every = any(entry.get(name) is True for name in _EVERY)
        replaces.append(Replace(old, new, every))
    return tuple(replaces)


def _patched(patch_text: str) -> tuple[FileEdit, ...]:
    """The edits of a patch; a moved file is one edit with its earlier path as source."""
    rows: list[FileEdit] = []
    for entry in patch.parse(patch_text):
        if entry.action == "add":
            rows.append(FileEdit(entry.path, content=patch.added_text(entry)))
        elif entry.action == "delete":
            rows.append(FileEdit(entry.path, removed=True))
        else:
            source = entry.path if entry.target else None
            rows.append(FileEdit(entry.target or entry.path, chunks=entry.chunks, source=source))
            rows += [FileEdit(source, removed=True)] if source else []
    return tuple(rows)


def _is_patch(value: object) -> bool:
    return isinstance(value, str) and BEGIN in value


def _any_text(row: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of these fields that is a text, which may be empty."""
    return next((value for value in map(row.get, names) if isinstance(value, str)), None)
