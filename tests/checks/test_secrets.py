"""Redaction: what is replaced, what stays, and the laws that hold for any text."""

from __future__ import annotations

import importlib
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.checks.secrets import assigned
from gitprov.checks.secrets import rules as secret_rules
from gitprov.checks.secrets.redact import Redacted, Redactor, redact
from tests.support.sealed import ROOT

ALNUM = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF" * 4
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 4
JWT = f"eyJ{ALNUM[:20]}.eyJ{ALNUM[:30]}.{ALNUM[:40]}"
BODY = [ALNUM[:64], ALNUM[5:69], ALNUM[:20] + "=="]
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"

SAMPLES = {
    "private-key": [f'"{BEGIN}\\n{ALNUM[:64]}\\n{END}\\n"', f"-----BEGIN PRIVATE KEY-----{ALNUM[:64]}"],
    "aws-access-key": ["AKIAIOSFODNN7EXAMPLE", "ASIAQWERTYUIOP234567"],
    "github-token": [f"gh{letter}_{ALNUM[:36]}" for letter in "pousr"]
    + [f"github_pat_{ALNUM[:22]}_{ALNUM[:59]}"],
    "gitlab-token": [f"glpat-{ALNUM[:20]}", f"glrt-{ALNUM[:20]}", f"glpat-{ALNUM[:27]}.01.{ALNUM[:9]}"],
    "slack-token": [f"xoxb-123456789012-{ALNUM[:24]}", f"xapp-1-A012-{ALNUM[:24]}"],
    "slack-webhook": [f"https://hooks.slack.com/services/T0AB/B0CD/{ALNUM[:24]}"],
    "stripe-key": [f"sk_live_{ALNUM[:24]}", f"rk_test_{ALNUM[:24]}", f"whsec_{ALNUM[:32]}"],
    "model-api-key": [f"sk-ant-api03-{ALNUM[:60]}-AA", f"sk-proj-{ALNUM[:40]}", f"sk-{'a' * 40}"],
    "google-key": [f"AIza{ALNUM[:35]}", f"ya29.{ALNUM[:60]}", f"GOCSPX-{ALNUM[:28]}"],
    "npm-token": [f"npm_{ALNUM[:36]}"],
    "pypi-token": [f"pypi-AgEIcHlwaS5vcmc{ALNUM[:60]}"],
    "crates-token": [f"cio{ALNUM[:32]}"],
    "hugging-face-token": [f"hf_{ALNUM[:34]}"],
    "docker-token": [f"dckr_pat_{ALNUM[:27]}"],
    "sendgrid-key": [f"SG.{ALNUM[:22]}.{ALNUM[:43]}"],
    "twilio-key": [f"SK{HEX[:32]}"],
    "digitalocean-token": [f"dop_v1_{HEX[:64]}"],
    "shopify-token": [f"shpat_{HEX[:32]}"],
    "vault-token": [f"hvs.{ALNUM[:40]}"],
    "databricks-token": [f"dapi{HEX[:32]}", f"dapi{HEX[:32]}-2"],
    "linear-key": [f"lin_api_{ALNUM[:40]}"],
    "age-key": [f"AGE-SECRET-KEY-1{ALNUM[:58].upper()}"],
    "telegram-token": [f"123456789:AA{ALNUM[:33]}"],
    "azure-key": [f"DefaultEndpointsProtocol=https;AccountKey={ALNUM[:86]}==;EndpointSuffix=x"],
    "jwt": [JWT],
    "cloud-token": [
        f"nfp_{ALNUM[:36]}",
        f"sbp_{HEX[:40]}",
        f"pscale_tkn_{ALNUM[:43]}",
        f"dp.pt.{ALNUM[:43]}",
    ],
    "service-key": [
        f"key-{HEX[:32]}",
        f"{HEX[:32]}-us12",
        f"NRAK-{ALNUM[:27].upper()}",
        f"glsa_{ALNUM[:32]}_{HEX[:8]}",
    ],
    "azure-client-secret": [f"abc8Q~{ALNUM[:34]}"],
    "discord-token": [f"M{ALNUM[:25]}.{ALNUM[:6]}.{ALNUM[:38]}"],
    "cloudflare-key": [f"v1.0-{HEX[:24]}-{HEX}{HEX[:18]}"],
    "webhook": [f"https://discord.com/api/webhooks/123456789012345678/{ALNUM[:68]}"],
    "signature": [f"https://b.s3/k?X-Amz-Expires=60&X-Amz-Signature={HEX[:64]}"],
    "registry-auth": [f'{{"auths": {{"h": {{"auth": "{ALNUM[:24]}"}}}}}}'],
    "cookie": [f"Cookie: theme=dark; sessionid={ALNUM[:32]}; lang=en"],
    "key-file": [f"client-key-data: {ALNUM}"],
    "user-password": [
        "mysql -uroot -pxK92ab shop",
        "sshpass -p 'xK92ab' ssh h",
        "curl -u me:xK92ab https://h",
    ],
    "pgpass": ["db.host:5432:shop:app:xK92abQ"],
    "login-file": ["requirepass xK92abQ7", "ALTER ROLE a WITH LOGIN PASSWORD 'xK92abQ7';"],
    "set-command": [f"ENV API_TOKEN {ALNUM[:32]}", f"npm config set //h/:_authToken {ALNUM[:36]}"],
    "tool-password": [
        "ldapsearch -x -D cn=a -w xK92abQ7 -b dc=x",
        "requests.get(u, auth=('me', 'xK92abQ7'))",
    ],
    "jwk": [f'{{"kty": "RSA", "d": "{ALNUM[:60]}_x"}}'],
    "xml-value": [f'<add key="ApiKey" value="{ALNUM[:32]}" />'],
    "django-key": ["SECRET_KEY = 'w)4h#q2!" + ALNUM[:42] + "'"],
    "service-token": [f"figd_{ALNUM[:40]}", f"tskey-auth-{ALNUM[:16]}-{ALNUM[:32]}", f"pplx-{ALNUM[:48]}"],
    "bearer-token": [f"authorization: bearer {ALNUM[:20]}", f'"Authorization": "token {HEX[:40]}"'],
    "basic-auth": ["Authorization: Basic dXNlcjpwYXNz"],
    "url-password": ["postgres://app:s3cr3t@db/x", "https://u:p@ss@host"],
    "command-line": ["mysql --password s3cr3t! -h x", "tool --api-key 'abc123def'"],
    "password": [
        'password = "hunter2"',
        "password = 'correct-horse'",
        "password=hunter2",
        "pwd: hunter2!",
        '"password": "s3cr3t",',
        '{\\"password\\": \\"s3cr3t\\"}',
        'password: Optional[str] = "abcd1234"',
        'const dbPassword: string | undefined = "abcd1234";',
        "DB_PASSWORD=correcthorse",
        "export PGPASSWORD=correct,horse # local",
        "spring.datasource.password=correcthorse",
        "DB_PASS=x7rt!",
        "<password>hunter2</password>",
        'set_password("hunter2")',
        'config.set("password", "hunter2")',
        'os.environ["DB_PASSWORD"] = "hunter2"',
        'passphrase = "correct horse battery staple"',
        'if password == "letmein":',
        'password = "supersecret"',
        'password = """hunter2"""',
        'password = "it\\"s7"',
        'password = f"hunter2"',
        'password = "unfinished7',
        "MYSQL_PWD=abc123def",
        'password = "MyPass123"',
    ],
    "assigned-secret": [
        f'token = "{HEX[:40]}"',
        'api_key = "550e8400-e29b-41d4-a716-446655440000"',
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "API-KEY: 9f8e7d6c5b4a3f2e",
        f'privateKey: "{ALNUM[:40]}"',
        f"<secret>{ALNUM[:20]}</secret>",
        f"//registry/:_authToken={HEX[:36]}",
        f"https://host/path?access_token={HEX[:32]}&x=1",
        'client_secret => "aBcDeFgHiJkLmNoPqRsTuVwX"',
        f"SECRET_KEY='{ALNUM[:50]}'",
    ],
}

INNOCENT = [
    "commit 0b9c41d2e70b9c41d2e70b9c41d2e70b9c41d2e7",
    'id = "550e8400-e29b-41d4-a716-446655440000"',
    f'digest = "sha256:{HEX[:64]}"',
    f'password_hash = "{HEX[:64]}"',
    'token_url = "https://host/oauth2/v1/token"',
    f'access_key_id = "{ALNUM[:20]}"',
    f'passwordHash: "{HEX[:32]}"',
    'api_key = "YOUR_API_KEY"',
    'api_key = "your-api-key-goes-here-123"',
    "password: changeme",
    'password = "changeme123"',
    "token: <token>",
    "DB_PASSWORD=${DB_PASSWORD}",
    "DB_PASSWORD=$DB_PASSWORD",
    "DB_PASSWORD=/run/secrets/db",
    'password = os.environ["DB_PASSWORD"]',
    'password = "%s"',
    'password = f"{password}"',
    "password = get_password(user1)",
    "password=password1, secret=secret)",
    "password=args.pw1234",
    "self.password=value",
    "def login(user: str, password: str) -> Token:",
    'getpass("Password: ")',
    'print(password, "hunter2")',
    '("password" ("hunter2"))',
    'get_password("username")',
    '<input type="password" name="pw1234">',
    'raise ValueError("secret: must be at least 12 characters")',
    'password = "Enter your password"',
    'password_label = "Password1"',
    'PASSWORD_KEY_NAME = "db_password"',
    'password = ""',
    'password = "My_Password"',
    "max_tokens=4096",
    'tokenizer="gpt2-large-tokenizer-v2"',
    'token = "some_constant_name_v2"',
    'token = "getUserAccountTokenFromRequest"',
    'token = "(paren1thesised2)"',
    'secret = "123456789012"',
    'secret = "aaaaaaaaaaa1"',
    "secretary: jane1234doe5678x",
    "the keyboard: qwertyuiop1234567890",
    "sk-estimator-doc-link-hidden-by",
    f"sk-{'x' * 30}",
    f"task-{'a' * 30}",
    "https://user:password@host/",
    "https://user:${PASSWORD}@host/",
    "https://host:8080/path@2x.png",
    "git push --token YOUR_TOKEN1",
    "use --token to authenticate",
    "Authorization: Bearer <token>",
    "bearer authentication-is-needed",
    f"xAKIA{'A' * 16}",
    "-----BEGIN PUBLIC KEY-----",
    'if "-----BEGIN PRIVATE KEY-----" in text:',
    "",
    "pass",
]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, text) for kind, texts in SAMPLES.items() for text in texts]
)
def test_secret_is_replaced(kind: str, text: str) -> None:
    """Each format is found, in a line of its own and inside one, and named for what it is."""
    for line in (text, f"  {text}", f"{text}\r"):
        result = redact(line.encode())
        assert (result.count, result.kinds) == (1, {kind: 1}), result
        assert f"[REDACTED:{kind}]".encode() in result.text


def test_every_kind_has_a_sample() -> None:
    """No rule without a test."""
    kinds = [rule.kind for rule in secret_rules.RULES] + [kind for kind, _ in secret_rules.CONTEXT_KINDS]
    assert sorted(kinds) == sorted(SAMPLES)


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_text_stays(text: str) -> None:
    """Placeholders, names, expressions, messages, hashes and ids are no secrets."""
    assert redact(text.encode()) == Redacted(text.encode(), 0, {})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('db = connect("u", password="hunter2", port=1)', 'db = connect("u", password="[REDACTED:password]", port=1)'),
        (f'x = "ghp_{ALNUM[:36]}"  # x', 'x = "[REDACTED:github-token]"  # x'),
        (f'token = "ghp_{ALNUM[:36]}"', 'token = "[REDACTED:github-token]"'),
        ("https://u:p4ss@h/ https://v:q4ss@h/", "https://u:[REDACTED:url-password]@h/ https://v:[REDACTED:url-password]@h/"),
        (f"a\\nghp_{ALNUM[:36]}\\nb", "a\\n[REDACTED:github-token]\\nb"),
        (f"password=x1{JWT}", "password=[REDACTED:password]"),
        ("export PGPASSWORD=correct,horse # local", "export PGPASSWORD=[REDACTED:password] # local"),
    ],
)  # fmt: skip
def test_only_the_secret_goes(text: str, wanted: str) -> None:
    """The mark takes the place of the secret and of nothing else."""
    assert redact(text.encode()).text.decode() == wanted


def key(before: str = "", after: str = "") -> str:
    """A private key over several lines, each of them decorated."""
    return "\n".join(before + line + after for line in [BEGIN, *BODY, END])


@pytest.mark.parametrize(
    ("before", "after"), [("", ""), ("    ", ""), ("# ", ""), ('"', '\\n"'), ("'", "\\n' +"), ("> ", "\r")]
)
def test_key_over_many_lines(before: str, after: str) -> None:
    """Each line of a key is replaced, its borders and its decoration stay, and it counts once."""
    result = redact(f"a\n{key(before, after)}\nreturn\n".encode())
    inside = "\n".join(f"{before}[REDACTED:private-key]{after}" for _ in BODY)
    wanted = f"a\n{before}{BEGIN}{after}\n{inside}\n{before}{END}{after}\nreturn\n"
    assert (result.text.decode(), result.kinds) == (wanted, {"private-key": 1})


def test_key_with_headers_and_key_cut_off() -> None:
    """Headers and blank lines stay; a key without its end stops at the first line that is none of its own."""
    text = f"{BEGIN}\nProc-Type: 4,ENCRYPTED\n\n{BODY[0]}\nx = 1\nreturnvalue\n"
    wanted = f"{BEGIN}\nProc-Type: 4,ENCRYPTED\n\n[REDACTED:private-key]\nx = 1\nreturnvalue\n"
    assert redact(text.encode()).text.decode() == wanted


def test_border_of_a_key_in_code_opens_nothing() -> None:
    """Code that looks for keys is not taken for one."""
    text = f'if line == "{BEGIN}":\n    return\nelse:\n    {ALNUM[:40]}\n'
    assert redact(text.encode()).count == 0


def test_allowed_finds_stay() -> None:
    """A find that the project allows is left alone, keys included; others are not."""
    text = f'password = "hunter2"\npassword = "tok_test_1"\n{key()}\n'.encode()
    result = redact(text, allow=["^tok_test_", f"^{re.escape(BODY[0])}$"])
    assert b'"[REDACTED:password]"\npassword = "tok_test_1"\n' in result.text
    assert BODY[0].encode() in result.text
    assert BODY[1].encode() not in result.text


def test_extra_rules_are_found_line_by_line() -> None:
    """A project's own kinds are replaced and counted under their names; they see one line at a time."""
    extra = [("door-code", r"DOOR-[0-9]{6}"), ("first-word", r"^word\s"), ("nothing", r"(?=x)")]
    result = redact(b"open DOOR-123456 x\nword one\n word\n", extra=extra)
    assert result == Redacted(
        b"open [REDACTED:door-code] x\n[REDACTED:first-word]one\n word\n",
        2,
        {"door-code": 1, "first-word": 1},
    )


@pytest.mark.parametrize("kind", ["private-key", "Door", "a b", ""])
def test_extra_kind_must_be_a_name(kind: str) -> None:
    """A kind that could not be told from a key's own mark, or breaks the mark, is refused."""
    with pytest.raises(ValueError, match="cannot name"):
        Redactor(extra=[(kind, "x")])


def test_benchmark_shapes_are_caught_and_innocents_stay() -> None:
    """At least 95 in 100 of the benchmark's shapes are caught, and none of its innocent texts changes."""
    from benchmarks import secrets
    from benchmarks.secret_shapes import SHAPES

    assert len(secrets.missed()) <= 0.05 * len(SHAPES), secrets.missed()
    assert secrets.changed() == []


@pytest.mark.parametrize(
    "unit",
    [
        b"%25",
        b"\x1b[",
        b"\xe2\x80\x8b",
        b"&#65;",
        b"-----BEGIN",
        b"Cookie: ",
        b"curl -u ",
        b"a1:22:a:a:",
        b"curl -b ",
        b"echo a|",
        b"auth=('a',",
        b'"d": "',
        b"ENV A_TOKEN ",
        b"machine a ",
        b"a:*:a:a:",
    ],
)
def test_hostile_lines_take_linear_time(unit: bytes) -> None:
    """A quarter of a megabyte that repeats what a rule begins with is done in seconds, not in minutes."""
    import time

    start = time.process_time()
    redact(unit * ((1 << 18) // len(unit)))
    assert time.process_time() - start < 10


# ------------------------------------------------------------------ laws

PIECES = (
    [text for texts in SAMPLES.values() for text in texts]
    + INNOCENT
    + [key(), key('"', '\\n"'), BEGIN, END, *BODY]
)
SEPARATORS = [
    "\n",
    " ",
    "",
    '"',
    "=",
    ",",
    "\\n",
    "[REDACTED:password]",
    "[REDACTED:private-key]",
    "[REDACTED:",
    "\r",
    "\n\n",
]
TEXTS = st.lists(
    st.sampled_from([piece.encode() for piece in PIECES])
    | st.sampled_from([separator.encode() for separator in SEPARATORS])
    | st.binary(max_size=8),
    max_size=12,
).map(b"".join)
RULES = st.sampled_from(
    [
        {},
        {"allow": ["hunter", "^[A-Z]"]},
        {"extra": [("door-code", "[0-9]{3}"), ("letters", "[a-c]+$")]},
        {"extra": [("mark", "REDACTED|\\]")], "allow": ["x"]},
    ]
)
Rules = dict[str, list[str]]


@given(TEXTS, RULES)
def test_redacting_twice_is_redacting_once(text: bytes, rules: Rules) -> None:
    """Nothing is left that a second look would find, and the number of lines stays."""
    once = redact(text, **rules)  # type: ignore[arg-type]
    again = redact(once.text, **rules)  # type: ignore[arg-type]
    assert again == Redacted(once.text, 0, {})
    assert once.text.count(b"\n") == text.count(b"\n")
    assert once.text.count(b"\r") == text.count(b"\r") or rules.get("extra")
    assert once.count == sum(once.kinds.values())
    assert (once.text == text) == (once.count == 0)


@pytest.mark.slow
@given(st.lists(TEXTS, min_size=1, max_size=5), RULES)
def test_redactor_equals_the_plain_function(texts: list[bytes], rules: Rules) -> None:
    """What came before never changes a result."""
    redactor = Redactor(**rules)  # type: ignore[arg-type]
    for text in texts:
        assert redactor.redact(text) == redact(text, **rules)  # type: ignore[arg-type]


@pytest.mark.slow
@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_redactor_equals_the_plain_function_between_versions(
    head: bytes, old: bytes, new: bytes, tail: bytes
) -> None:
    """Versions with equal ends, cut anywhere, give what each gives alone; a key may open or close in between."""
    redactor = Redactor()
    for text in (head + old + tail, head + new + tail, head + tail, head, b"", tail, head + old + tail):
        assert redactor.redact(text) == redact(text)


@given(TEXTS)
def test_needles_hide_nothing(text: bytes) -> None:
    """Looking only at lines with a needle finds what every rule would find on every line."""
    for line in text.split(b"\n"):
        everything = Redactor()._finds(line, [None, *secret_rules.RULES])
        assert bool(everything) == (redact(line).count > 0)


@given(st.binary(max_size=200))
def test_any_bytes_are_text(data: bytes) -> None:
    """Bytes of no encoding at all are redacted like any others."""
    padded = b'password = "' + data.replace(b'"', b"") + b'"\n' + data
    assert redact(padded).text.count(b"\n") == padded.count(b"\n")


# ------------------------------------------------------------------ cost, by counting

#: Looks are counted, so that no more is needed than what a line of any length would show.
LONG = 1 << 18


@pytest.mark.parametrize(
    "unit",
    [
        b"x", b"a ", b"-", b"=", b"\\", b'"', b"://", b"://a:b", b"eyJ", b"eyJaaaaaaaa.", b"sk-", b"AKIA", b"--a-a-a-",
        b"token=", b'token="', b"password='x", b"-----BEGIN PRIVATE KEY-----", b"\xff\x00", b"[REDACTED:x]", b"SG.",
        b'password="hunter2" ', b"ghp_" + b"a1" * 18 + b" ", b"key: |", b"token: a|", b"AccountKey=",
    ],
)  # fmt: skip
def test_one_long_line_is_looked_at_once(unit: bytes) -> None:
    """However a line repeats itself, it is examined once and looked over at most three times."""
    looks = 0

    class Counting(Redactor):
        def _finds(self, line: bytes, rules: object) -> list[tuple[int, int, str]]:
            nonlocal looks
            looks += 1
            return super()._finds(line, rules)  # type: ignore[arg-type]

    redactor = Counting()
    text = unit * ((LONG if len(unit) > 1 else 5 * LONG) // len(unit))
    assert redactor.redact(text).text.count(b"\n") == 0
    assert redactor.lines_examined <= 1
    assert looks <= 3


def star_height(parsed: object) -> int:
    """How deep unbounded repeats stand inside one another in a parsed pattern."""
    height = 0
    for item in parsed:  # type: ignore[attr-defined]
        if isinstance(item, tuple):
            name = str(item[0])
            inner = star_height(item[1:])
            unbounded = name in ("MAX_REPEAT", "MIN_REPEAT") and str(item[1][1]) == "MAXREPEAT"
            height = max(
                height, inner + (1 if unbounded and inner else 0) + (1 if unbounded and not inner else 0)
            )
        elif isinstance(item, list) or type(item).__name__ == "SubPattern":
            height = max(height, star_height(item))
    return height


def test_patterns_do_not_nest_unbounded_repeats() -> None:
    """No rule holds a repeat without bound inside another: the shape that makes a search exponential."""
    parser = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")
    assert star_height(parser.parse("(a+b)*")) == 2, "the test can see what it looks for"
    for rule in secret_rules.RULES:
        assert star_height(parser.parse(rule.pattern)) <= 1 or rule.kind == "gitlab-token", rule.kind
    for pattern in (assigned._NAME_BEFORE, assigned._BARE, assigned._OPENING, assigned._NOT_A_SECRET):
        assert star_height(parser.parse(pattern)) <= 1


@pytest.mark.slow
def test_versions_of_a_file_cost_their_differences() -> None:
    """Five hundred versions of a file of ten thousand lines, with secrets, look closely at a few lines each."""
    lines = [f"value_{number} = compute({number})" for number in range(10_000)]
    lines[10::100] = ['password = "hunter2"'] * len(lines[10::100])
    redactor = Redactor()
    redactor.redact("\n".join(lines).encode())
    first = redactor.lines_examined
    assert first == 100
    for version in range(500):
        lines[(version * 37) % 10_000] = f'token = "{HEX[version % 60 : version % 60 + 40]}"'
        redactor.redact("\n".join(lines).encode())
    assert redactor.lines_examined - first <= 500
    assert redactor.redact("\n".join(lines).encode()) == redact("\n".join(lines).encode())
    assert redactor.lines_examined - first <= 500, "the same text again costs nothing"


def table_rows() -> list[str]:
    """The rows that the table in docs/redaction.md must have."""
    named = [(rule.kind, rule.about) for rule in secret_rules.RULES] + list(secret_rules.CONTEXT_KINDS)
    return [f"| `{kind}` | {about} |" for kind, about in named]


def test_documentation_lists_exactly_the_rules() -> None:
    """The table in docs/redaction.md is the table of rules."""
    page = (ROOT / "docs" / "redaction.md").read_text(encoding="utf-8")
    section = page.partition("## What is found")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if re.match(r"\| `", line)] == table_rows()
