"""Rules for layout in a file, by the language of its name's suffix.

`'a'` and `"a"` are one string in Python and two types in Go; a semicolon before `}` has no effect in
JavaScript and changes a value in Rust. So each rule is a property of a language, and a file of unknown kind
has the fewest.
"""

from gitprov.model.named import NamedTuple


class Language(NamedTuple):
    """The differences that are layout. A frozen value, passed to every comparison of two contents.

    `quotes`: bytes that open a string. `alike`: `'a'` and `"a"` are the same value, except for strings
    with `special` bytes. `comments`: the starts of line comments; `block`: `/* */` is a comment too.
    `triple`, `backtick`, `raw`: other forms of strings (`\"\"\"`, `` ` ``, `r"…"`). `joins`: adjacent
    strings are one string. `prefixes`: letters directly before a quote. `semicolons`: those without
    effect: `all` (outside parentheses), `go`, `rust`, `last` (before `}`), `shell`, or none. `numbers`:
    `lower`, `short` (zeros too) or none. `parens`: the table of operators for redundant parentheses, none
    where parentheses always count. `angles`: `>>` may close two brackets. `ends`: the end of a line may
    end a statement.
    """

    name: str
    quotes: bytes = b""
    alike: bool = False
    special: bytes = b""
    comments: tuple[bytes, ...] = ()
    block: bool = False
    triple: bool = False
    backtick: bool = False
    raw: bool = False
    joins: bool = False
    prefixes: bytes = b""
    semicolons: str = ""
    numbers: str = ""
    parens: str = ""
    angles: bool = False
    ends: bool = False


#: For a file of unknown kind, layout is white space, line breaks, and commas before a closing bracket.
PLAIN = Language("plain")

_MARKDOWN = PLAIN._replace(name="markdown")
_PYTHON = Language(
    "python",
    quotes=b"'\"",
    alike=True,
    comments=(b"#",),
    triple=True,
    joins=True,
    prefixes=b"rRbBfFuUtT",
    semicolons="all",
    numbers="lower",
    parens="python",
    ends=True,
)
_JS = Language(
    "js",
    quotes=b"'\"",
    alike=True,
    comments=(b"//",),
    block=True,
    backtick=True,
    semicolons="all",
    numbers="short",
    parens="c",
    ends=True,
)
_TS = _JS._replace(name="ts", angles=True)
_C = Language(
    "c",
    quotes=b"'\"",
    comments=(b"//",),
    block=True,
    raw=True,
    joins=True,
    prefixes=b"LuUR",
    numbers="lower",
    parens="c",
    angles=True,
)
_JAVA = Language(
    "java",
    quotes=b"'\"",
    comments=(b"//",),
    block=True,
    triple=True,
    numbers="lower",
    parens="c",
    angles=True,
)
_LIGHT = _JAVA._replace(name="kotlin", semicolons="all", ends=True)
_GO = Language(
    "go",
    quotes=b"'\"",
    comments=(b"//",),
    block=True,
    backtick=True,
    semicolons="go",
    numbers="lower",
    parens="go",
    ends=True,
)
_RUST = Language(
    "rust",
    quotes=b"'\"",
    comments=(b"//",),
    block=True,
    raw=True,
    prefixes=b"bcr",
    semicolons="rust",
    numbers="lower",
    parens="rust",
    angles=True,
)
_CSS = Language("css", quotes=b"'\"", alike=True, block=True, semicolons="last", numbers="short")
_SCSS = _CSS._replace(name="scss", comments=(b"//",))
_JSON = Language("json", quotes=b'"', comments=(b"//",), block=True, numbers="lower")
_YAML = Language("yaml", quotes=b"'\"", alike=True, special=b"\\'\"", comments=(b"#",))
_TOML = Language("toml", quotes=b"'\"", alike=True, special=b"\\'\"", comments=(b"#",), triple=True)
_SHELL = Language(
    "shell", quotes=b"'\"", alike=True, special=b"$`\\!'\"", comments=(b"#",), semicolons="shell"
)
_RUBY = Language("ruby", quotes=b"'\"", alike=True, special=b"#\\'\"", comments=(b"#",))
_PHP = Language(
    "php",
    quotes=b"'\"",
    alike=True,
    special=b"$\\'\"{",
    comments=(b"//", b"#"),
    block=True,
    numbers="lower",
)
_LUA = Language("lua", quotes=b"'\"", alike=True, comments=(b"--",), semicolons="all", numbers="lower")
_GRAPHQL = Language("graphql", quotes=b'"', comments=(b"#",), triple=True)

_SUFFIXES: dict[Language, str] = {
    _MARKDOWN: "md markdown",
    _PYTHON: "py pyi pyw pyx",
    _JS: "js jsx mjs cjs",
    _TS: "ts tsx mts cts",
    _C: "c h cc cpp cxx hpp hh hxx m mm ino cu proto",
    _JAVA: "java cs",
    _LIGHT: "kt kts swift scala groovy",
    _GO: "go",
    _RUST: "rs",
    _CSS: "css",
    _SCSS: "scss less",
    _JSON: "json jsonc json5 webmanifest ipynb",
    _YAML: "yaml yml",
    _TOML: "toml",
    _SHELL: "sh bash zsh",
    _RUBY: "rb rake",
    _PHP: "php",
    _LUA: "lua",
    _GRAPHQL: "graphql gql",
}
_BY_SUFFIX = {suffix: language for language, suffixes in _SUFFIXES.items() for suffix in suffixes.split()}


def language_of(path: str) -> Language:
    """The language of a file by its name's suffix, in any case; PLAIN for an unknown suffix."""
    name = path.rpartition("/")[2]
    return _BY_SUFFIX.get(name.rpartition(".")[2].lower(), PLAIN) if "." in name else PLAIN
