"""Which parser reads the definitions of a file."""

from __future__ import annotations

from gitprov.behaviour.structure.definition import FileDefinitions, Unreadable

LIMIT = 4 << 20
"""Size in bytes of the largest file whose structure is read."""

#: End of a path → language, as ast-grep names it.
LANGUAGES = {
    **dict.fromkeys((".py", ".pyi"), "python"),
    **dict.fromkeys((".js", ".mjs", ".cjs", ".jsx"), "javascript"),
    **dict.fromkeys((".ts", ".mts", ".cts"), "typescript"),
    ".tsx": "tsx",
    ".rs": "rust",
}


def language_of(path: str) -> str | None:
    """The language of a file by the end of its name, None where its structure is not read."""
    name = path.rpartition("/")[2]
    return LANGUAGES.get("." + name.rpartition(".")[2].lower()) if "." in name else None


def definitions_of(path: str, content: bytes) -> FileDefinitions:
    """The definitions of a file. Unreadable where its language has no parser, or it cannot be parsed."""
    language = language_of(path)
    if language is None:
        raise Unreadable("structure is read in Python, JavaScript, TypeScript and Rust")
    if len(content) > LIMIT:
        raise Unreadable(f"it is larger than {LIMIT >> 20} MiB")
    if language == "python":
        from gitprov.behaviour.structure.python.file import PythonFile

        return PythonFile(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8") from None
    if language == "rust":
        from gitprov.behaviour.structure.trees.rust import rust_file

        return rust_file(text)
    from gitprov.behaviour.structure.trees.script import script_file

    return script_file(text, language)
