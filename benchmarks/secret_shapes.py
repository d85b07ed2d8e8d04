"""More than 270 shapes in which a secret reaches a prompt or an output. Each value is drawn when the module
is loaded, from a fixed seed, so that the repository itself holds nothing that looks like a key.
"""

from __future__ import annotations

import random
import re
import string
from base64 import b64encode
from collections.abc import Callable
from typing import NamedTuple

_RANDOM = random.Random(20260201)  # noqa: S311  # made-up values, the same in each run
_ALNUM = string.ascii_letters + string.digits
WORDLIKE = _ALNUM + "-_"


class Shape(NamedTuple):
    """A text and the values in it that nobody should read afterwards."""

    name: str
    text: str
    secrets: tuple[str, ...]


def drawn(length: int, letters: str = _ALNUM) -> str:
    """A random text with at least one digit, one upper and one lower letter where the alphabet has them."""
    while True:
        text = "".join(_RANDOM.choice(letters) for _ in range(length))
        classes = (string.digits, string.ascii_uppercase, string.ascii_lowercase)
        if all(set(text) & set(wanted) for wanted in classes if len(set(wanted) & set(letters)) > 5):
            return text


def hexes(length: int) -> str:
    """Random lower-case hex."""
    return drawn(length, "0123456789abcdef")


def upper(length: int) -> str:
    """Random upper-case letters and digits as base32 has them."""
    return drawn(length, string.ascii_uppercase + "234567")


def base64(length: int) -> str:
    """Random base64 text."""
    return drawn(length, _ALNUM + "+/")


def _body() -> list[str]:
    return [base64(64) for _ in range(4)] + [base64(29) + "=="]


def _key(kind: str = "RSA ") -> tuple[list[str], list[str]]:
    """The lines of a key and, of these, the ones that are secret."""
    body = _body()
    dashes = "-" * 5
    return [f"{dashes}BEGIN {kind}PRIVATE KEY{dashes}", *body, f"{dashes}END {kind}PRIVATE KEY{dashes}"], body


def _decorated(name: str, before: str, after: str = "", kind: str = "RSA ") -> Shape:
    """A key over many lines; `{n}` in the decoration is the line's number."""
    lines, body = _key(kind)
    rows = [before.replace("{n}", str(n)) + line + after for n, line in enumerate(lines, 9)]
    return Shape(name, "Here it is:\n" + "\n".join(rows) + "\nDone.\n", tuple(body))


def _lines(name: str, change: Callable[[list[str]], str], kind: str = "RSA ") -> Shape:
    lines, body = _key(kind)
    return Shape(name, change(lines), tuple(body))


def _keys() -> list[Shape]:
    esc = "\x1b"
    ppk = [base64(64), base64(64), base64(40) + "="]
    pgp = _body()
    tail = _body()
    cut = _body()[:4]
    made = [
        _decorated("cat -n", "     {n}\t"),
        _decorated("an agent's Read with arrows", "    {n}→"),
        _decorated("an agent's Read with tabs", "{n}\t", kind="OPENSSH "),
        _decorated("grep -n", "{n}:"),
        _decorated("grep -rn", "config/deploy.key:{n}:", kind=""),
        _decorated("grep -C", "config/deploy.key-{n}-"),
        _decorated("diff, added", "+"),
        _decorated("diff, removed", "-", kind="EC "),
        _decorated("diff, added in YAML", "+    "),
        _decorated("quoted mail", "> > "),
        _decorated("bat", "  {n} │ ", kind="OPENSSH "),
        _decorated("a table", "| {n} | ", " |"),
        _decorated("terminal colours on each line", esc + "[32m", esc + "[0m"),
        _decorated("erase-to-end on each line", esc + "[K" + esc + "[1;31m", esc + "[m" + esc + "[K"),
        _decorated("grep in colour", f"{esc}[35mid_rsa{esc}[m{esc}[36m:{esc}[m{esc}[32m{{n}}{esc}[m{esc}[36m:{esc}[m"),
        _decorated("container log", "web_1  | "),
        _decorated("time stamps", "2026-02-01T10:00:0{n}.123456Z "),
        _decorated("git blame", "3f2a9c1b (Alice 2026-02-01 10:00:00 +0000 {n}) "),
        _decorated("C comment", " * "),
        _decorated("slash comment", "// ", kind="DSA "),
        _decorated("Lisp comment", ";; "),
        _decorated("YAML block", "        ", kind="ENCRYPTED "),
        _decorated("Windows line ends", "", "\r"),
        _decorated("JavaScript array", '  "', '",'),
        _decorated("Python concatenation", '    "', '\\n"'),
        _decorated("shell concatenation", "echo '", "' >> key"),
        _decorated("line break tags", "<p>", "<br/>"),
        _lines("JSON string", lambda k: '{"key": "' + "\\n".join(k) + '"}'),
        _lines("JSON in JSON", lambda k: '{\\"key\\": \\"' + "\\\\n".join(k) + '\\"}'),
        _lines("JSON with CRLF", lambda k: '"' + "\\r\\n".join(k) + '"'),
        _lines("JSON with numbers for line ends", lambda k: '"' + "\\u000a".join(k) + '"'),
        _lines("on one line", " ".join),
        _lines("in HTML", lambda k: "<pre>" + "&#10;".join(k) + "</pre>"),
        _lines("Python bytes", lambda k: "b'" + "\\n".join(k) + "\\n'", "OPENSSH "),
        Shape("PuTTY", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: me\nPublic-Lines: 1\nAAAAB3Nza\n"
              "Private-Lines: 3\n" + "\n".join(ppk) + "\nPrivate-MAC: " + hexes(64) + "\n", tuple(ppk)),
        Shape("PuTTY in grep -n", "".join(f"{n}:{line}\n" for n, line in enumerate(["Private-Lines: 3", *ppk], 30)),
              tuple(ppk)),
        Shape("PGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\nComment: x\n\n" + "\n".join(pgp)
              + "\n=a1Bc\n-----END PGP PRIVATE KEY BLOCK-----\n", tuple(pgp)),
        Shape("end of a key alone", "\n".join(tail) + "\n-----END RSA PRIVATE KEY-----\n", tuple(tail)),
        Shape("headers and numbers", "".join(f"{n:6}\t{line}\n" for n, line in enumerate(
            ["-----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-256-CBC,0A1B", "", *cut], 1)),
            tuple(cut)),
    ]  # fmt: skip
    lines, body = _key()
    made.append(Shape("without its end", "\n".join(lines[:4]) + "\n[output truncated]\n", tuple(body[:3])))
    escaped = [line.replace("+", "\\u002b").replace("/", "\\/") for line in lines]
    made.append(Shape("JSON that escapes signs", '{"k":"' + "\\n".join(escaped) + '"}', tuple(body[:1])))
    lines, body = _key("")
    quoted = "%0A".join(line.replace("+", "%2B").replace("/", "%2F").replace(" ", "%20") for line in lines)
    made.append(Shape("URL", f"https://host/x?key={quoted}&v=1", tuple(body[4].split("+")[0].split("/")[:1])))
    lines, body = _key()
    form = "%0D%0A".join(line.replace("+", "%2B").replace("=", "%3D").replace(" ", "+") for line in lines)
    made.append(Shape("form", f"key={form}&v=1", tuple(part for part in body[0].split("+"))))
    lines, body = _key()
    made.append(Shape("zero width in each line", "\n".join(f"{x[:20]}\u200b{x[20:]}" for x in lines),
                      tuple(half for x in body[:4] for half in (x[:20], x[20:]))))  # fmt: skip
    return made


def _issuers() -> list[Shape]:
    def token(name: str, *parts: str) -> Shape:
        return Shape(name, f"use {''.join(parts)} for it", ("".join(parts),))

    uuid = "-".join(hexes(n) for n in (8, 4, 4, 4, 12))
    return [
        token("AWS access key", "AK", "IA", upper(16)),
        token("AWS temporary key", "AS", "IA", upper(16)),
        Shape("AWS secret key", f"aws_secret_access_key = {(x := base64(40))}", (x,)),
        token("AWS Bedrock key", "ABSK", base64(109) + "="),
        *[token(f"GitHub {x}", "gh", x, "_", drawn(36)) for x in "pous"],
        token("GitHub fine-grained", "github", "_pat_", drawn(22), "_", drawn(59)),
        token("GitLab personal", "glpat", "-", drawn(20)),
        token("GitLab runner", "glrt", "-", drawn(20)),
        token("GitLab feed", "glft", "-", drawn(20)),
        token("GitLab incoming mail", "glimt", "-", drawn(25)),
        token("Slack bot", "xox", "b-", drawn(12, "0123456789"), "-", drawn(12, "0123456789"), "-", drawn(24)),
        token("Slack app", "xapp", "-1-A", upper(10), "-", drawn(13, "0123456789"), "-", hexes(64)),
        token("Stripe live", "sk_", "live_", drawn(24)),
        token("Stripe restricted", "rk_", "live_", drawn(99)),
        token("OpenAI", "sk-", drawn(20), "T3Blbk", "FJ", drawn(20)),
        token("OpenAI project", "sk-", "proj-", drawn(74, _ALNUM + "-_"), "T3Blbk", "FJ", drawn(74)),
        token("Anthropic", "sk-", "ant-api03-", drawn(93, _ALNUM + "-_"), "AA"),
        token("Google API", "AI", "za", drawn(35)),
        token("Google OAuth", "ya29", ".", drawn(120, _ALNUM + "-_")),
        token("Google client secret", "GOCSPX", "-", drawn(28)),
        token("npm", "npm", "_", drawn(36)),
        token("PyPI", "pypi-", "AgEIcHlwaS5vcmc", drawn(150)),
        token("Twilio", "SK", hexes(32)),
        token("SendGrid", "SG", ".", drawn(22), ".", drawn(43)),
        Shape("Mailgun", f"auth=('api', '{(x := 'key-' + hexes(32))}')", (x,)),
        token("Mailchimp", hexes(32), "-us", "12"),
        token("DigitalOcean", "dop", "_v1_", hexes(64)),
        Shape("Heroku", f"HEROKU_API_KEY={uuid}", (uuid,)),
        token("Heroku, new", "HRKU-", "AA", drawn(58)),
        Shape("Azure storage", f"AccountName=x;Account{'Key='}{(x := base64(86) + '==')};", (x,)),
        token("Azure client secret", drawn(3), "8Q~", drawn(34)),
        token("Discord bot", "M", drawn(25), ".", drawn(6), ".", drawn(38)),
        token("Telegram", drawn(10, "123456789"), ":AA", drawn(33)),
        token("Shopify", "shpat", "_", hexes(32)),
        token("Square", "sq0", "atp-", drawn(22)),
        token("Square, new", "EAAA", "E", drawn(59)),
        token("Facebook", "EAA", "CEdEose0cBA", drawn(80)),
        Shape("Cloudflare", f"CLOUDFLARE_API_TOKEN: {(x := drawn(40, _ALNUM + '_-'))}", (x,)),
        token("Cloudflare origin CA", "v1.0-", hexes(24), "-", hexes(146)),
        Shape("Datadog", f"DD_API_KEY={(x := hexes(32))}", (x,)),
        token("Vault", "hvs", ".", drawn(90, _ALNUM + "-_")),
        token("Terraform", drawn(14), ".atlas", "v1.", drawn(67)),
        token("Databricks", "da", "pi", hexes(32)),
        token("Hugging Face", "h", "f_", drawn(34)),
        token("Notion", "nt", "n_", drawn(46)),
        token("Atlassian", "ATA", "TT3xFfGF0", drawn(180, _ALNUM + "-_"), "=", upper(8)),
        token("Docker", "dckr", "_pat_", drawn(27, _ALNUM + "-_")),
        token("New Relic", "NR", "AK-", upper(27)),
        token("Sentry", "sntrys", "_eyJ", drawn(100), "=_", drawn(43)),
        token("Grafana", "gl", "sa_", drawn(32), "_", hexes(8)),
        token("Doppler", "dp", ".pt.", drawn(43)),
        token("Postman", "PM", "AK-", hexes(24), "-", hexes(34)),
        token("Supabase", "sb", "p_", hexes(40)),
        token("PlanetScale", "pscale", "_tkn_", drawn(43, _ALNUM + "-_")),
        token("Fly", "fm", "2_", base64(120)),
        token("Netlify", "nf", "p_", drawn(36)),
        token("Okta", "00", drawn(40, _ALNUM + "-_"))._replace(text=f"Authorization: SSWS {(x := '00' + drawn(40))}",
                                                                secrets=(x,)),
        token("Groq", "gs", "k_", drawn(52)),
        token("Replicate", "r", "8_", drawn(37)),
        token("age", "AGE-SECRET", "-KEY-1", drawn(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
    ]  # fmt: skip


def _contexts() -> list[Shape]:
    def at(name: str, text: str, length: int = 24) -> Shape:
        secret = drawn(length)
        return Shape(name, text.replace("@@", secret), (secret,))

    pair = b64encode(f"ci:{drawn(16)}".encode()).decode()
    return [
        at("Slack webhook", "curl https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/@@"),
        at("Discord webhook", "https://discord.com/api/webhooks/123456789012345678/@@", 68),
        at("Teams webhook", "https://x.webhook.office.com/webhookb2/a@b/IncomingWebhook/@@/c", 32),
        at("signed S3 address", "https://b.s3.amazonaws.com/k?X-Amz-Expires=60&X-Amz-Signature=@@&x=1", 64),
        at("Azure SAS", "https://a.blob.core.windows.net/c/b?sv=2022-11-02&sp=r&sig=@@%3D", 43),
        at(
            "signed Google address",
            "https://storage.googleapis.com/b/o?GoogleAccessId=x&Expires=1&Signature=@@",
            80,
        ),
        at("npmrc _auth", "//npm.host/:_auth=@@", 32),
        at("npmrc _password", "//npm.host/:_password=@@"),
        Shape("Docker auth", '{"auths": {"host": {"auth": "' + pair + '"}}}', (pair,)),
        at("session cookie", "Cookie: theme=dark; sessionid=@@; lang=en", 32),
        at("cookie that is set", "< set-cookie: connect.sid=s%3A@@; Path=/; HttpOnly", 32),
        Shape("basic authorization", f"curl -H 'Authorization: Basic {pair}' host", (pair,)),
        at("curl -u", "curl -sS -u deploy:@@ https://host/api", 12),
        at("curl --user", 'curl --user "deploy:@@" https://host/api', 12),
        at("mysql -p", "mysql -h db -uroot -p@@ shop", 12),
        at("sshpass", "sshpass -p '@@' ssh root@host", 12),
        at("PGPASSWORD", "PGPASSWORD=@@ psql -h db -U app", 12),
        at("redis-cli -a", "redis-cli -h cache -a @@ ping", 12),
        at("docker login -p", "docker login -u ci -p @@ host", 20),
        at("--password=", "tool --user=x --password=@@ run", 12),
        at("netrc on one line", "machine api.host login ci password @@", 14),
        at("netrc over lines", "machine api.host\n  login ci\n  password @@\n", 14),
        at("pgpass", "db.host:5432:shop:app:@@", 14),
        at("pgpass with stars", "*:*:*:postgres:@@", 14),
        at("address with a password", "amqp://app:@@@mq:5672/", 14),
        at("connection string", "Server=db;Database=x;User Id=sa;Password=@@;Encrypt=True", 14),
        at("SQL, identified by", "CREATE USER app IDENTIFIED BY '@@';", 14),
        at("SQL, with password", "ALTER ROLE app WITH LOGIN PASSWORD '@@';", 14),
        at("redis.conf", "requirepass @@", 20),
        at("openssl -passin", "openssl rsa -in k.pem -passin pass:@@", 14),
        at("X-Api-Key", "curl -H 'X-Api-Key: @@' host", 32),
        at("kubeconfig", "    client-key-data: @@", 400),
        at("htpasswd -b", "htpasswd -cb .htpasswd admin @@", 14),
    ]


def _disguised() -> list[Shape]:
    def hub(length: int = 36) -> str:
        return "gh" + "p_" + drawn(length)

    def split(name: str, between: str, at: int = 20) -> Shape:
        token = hub()
        return Shape(name, f"use {token[:at]}{between}{token[at:]} now", (token[:at], token[at:]))

    amazon = "AK" + "IA" + upper(16)
    return [
        Shape("letters before it", f"token{(x := hub())} is it", (x,)),
        Shape("underscore before it", f"my_{amazon}_x", (amazon,)),
        Shape("colour before it", f"\x1b[33m{(x := hub())}\x1b[0m", (x,)),
        Shape("escape of a line end before it", f'"a\\n{(x := hub())}\\nb"', (x,)),
        split("zero width space", "\u200b"),
        split("soft hyphen", "\u00ad"),
        split("colour inside", "\x1b[1m"),
        split("word joiner", "\u2060", 4),
        Shape("percent escapes", f"q=%22token%22%3A%22{(x := hub()).replace('_', '%5F')}%22", (x[4:],)),
        Shape("escaped twice", f"q=%2522{(x := hub())}%2522", (x,)),
        Shape("JSON number escapes", f'{{"t":"{(x := hub()).replace("_", chr(92) + "u005f")}"}}', (x[4:],)),
        Shape("HTML escapes", f"<td>{(x := hub()).replace('_', '&#95;')}</td>", (x[4:],)),
        Shape("Markdown escape", f"the token ghp\\_{(x := drawn(36))}", (x,)),
        Shape("hex escapes", f"'{(x := hub()).replace('_', chr(92) + 'x5f')}'", (x[4:],)),
        Shape("digits before it", f"1: 00{(x := 'glpat' + '-' + drawn(20))}", (x,)),
    ]


_LETTERS = {"a": _ALNUM, "h": "0123456789abcdef", "u": string.ascii_uppercase + "234567", "w": _ALNUM + "-_",
            "l": string.ascii_lowercase + string.digits, "b": _ALNUM + "+/"}  # fmt: skip
#: Tokens as rows of text and places for what is drawn: `@24a@` is 24 letters and digits. A space joins the halves of a
#: prefix, so that no line of this file looks like a token.
_TOKENS = """
1//0 @60w@|xai -@80a@|pplx -@48a@|lsv2 _pt_@32h@_@10h@|tvly -dev-@32a@|csk -@48l@|nvapi -@64w@|pcsk _@6a@_@63a@|wandb _v1_@77a@|sk _@48h@
rubygems _@48h@|oy2 @43l@|AKC @70a@|cmVmdGtuOj @54a@|xkeysib -@64h@-@16a@|figd _@40w@|ATCTT3 xFfGN0@180w@|ATBB @24a@0A1B2C3D|sl .B@140w@
CFPAT -@43w@|pat -na1-@8h@-0000-4000-8000-@12h@|access -sandbox-@8h@-0000-4000-8000-@12h@|EZ AK@54a@|FLWSECK _TEST-@32h@-X|aio _@28a@
fio -u-@64w@|bkua _@40h@|CCIPAT _@22a@_@40h@|dt0c01 .@24u@.@64u@|NRII -@32w@|sntryu _@64h@|hcaik _@58l@|pnu _@36a@|ops_ ey@260a@
A3 -@6u@-@11u@-@5u@-@5u@-@5u@|tskey -auth-@16a@-@32a@|rnd _@32a@|vcp _@56a@|sb_ secret_@22w@_@8a@|napi _@64l@|re _@8a@_@24a@|cfut _@40a@@8h@|LTAI @20a@
AKID @32a@|AQVN @38w@|sk. eyJ1Ijoi@60a@.@22a@|sgp _@16h@_@40h@|tfp _@59w@|live _@35h@|duffel _live_@43a@|shippo _live_@40h@|rdme _@70l@
xoxd -@60a@%2B@60a@|gloas -@64h@|dckr _oat_@32a@|lin_ oauth_@64h@|sk_ org_live_@60a@|sqp _@40h@
"""
#: The secret is what is drawn.
_PLACES = r"""
curl -su deploy:@14a@ https://host|curl -b 'sessionid=@32a@' https://host|curl --cookie "JSESSIONID=@32a@" https://host|"cookie": "sid=@32a@; a=b"
document.cookie = "session=@32a@"|mongosh -u root -p @14a@ --host h|az login --service-principal -u x -p @34a@ --tenant t
ldapsearch -x -D cn=admin,dc=x -w @14a@ -b dc=x|smbclient //h/s -U user%@14a@|rabbitmqctl add_user app @14a@|unzip -P @14a@ out.zip
keytool -genkey -storepass @14a@ -alias a|echo 'root:@14a@' \| chpasswd|twine upload -u __token__ -p @24a@ dist/*
net use Z: \\host\share /user:dom\bob @14a@|requests.get(u, auth=('deploy', '@16a@'))|server.login('a@b.c', '@16a@')
ConvertTo-SecureString "@16a@" -AsPlainText -Force|setenv API_TOKEN @32a@|set -gx API_TOKEN @32a@|ENV API_TOKEN @32a@
aws configure set aws_secret_access_key @40b@|npm config set //host/:_authToken @36a@|SSHPASS=@14a@ sshpass -e ssh host
REDISCLI_AUTH=@20a@ redis-cli|127.0.0.1:6379> AUTH @20a@|masterauth @20a@|CONFIG SET requirepass @20a@|jdbc:oracle:thin:scott/@14a@@//h:1521/x
machine h login a password "@14a@"|default login a password @14a@|machine h port 587 login a password @14a@|\tpassword\t@14a@
     1\tlocalhost:5432:shop:app:@14a@|/root/.pgpass:1:db:5432:shop:app:@14a@|pass = @30a@|psk="@16a@"|PresharedKey = @43b@=
ALTER USER 'app' IDENTIFIED WITH mysql_native_password BY '@14a@';|CREATE LOGIN app WITH PASSWORD = N'@14a@';
CREATE ROLE app LOGIN ENCRYPTED PASSWORD '@14a@';|{"kty":"RSA","e":"AQAB","d":"@86w@"}|SECRET_KEY = 'django-insecure-@50a@'
APP_KEY=base64:@43b@=|define( 'NONCE_SALT',  '@64a@' );|https://hooks.zapier.com/hooks/catch/123456/@12a@/|Authorization: ApiKey @40a@
https://api.telegram.org/bot123456789:AA@33a@/sendMessage|Authorization: AWS4-HMAC-SHA256 Credential=x/s3/aws4_request, Signature=@64h@
Ocp-Apim-Subscription-Key: @32h@|ENV["API_TOKEN"] \|\|= "@32a@"|<add key="ApiKey" value="@32a@" />|password\N{FULLWIDTH COLON}@14a@|password=&quot;@14a@&quot;
host\tFALSE\t/\tTRUE\t1767225600\tsessionid\t@32a@
"""


def _filled(row: str) -> tuple[str, tuple[str, ...]]:
    """A row with what is drawn in its places, and what was drawn."""
    parts = re.split(r"@([0-9]+)([ahuwlb])@", row)
    values = []
    for at in range(1, len(parts), 3):
        size, letters = int(parts[at]), _LETTERS[parts[at + 1]]
        values.append(
            drawn(size, letters) if size > 6 else "".join(_RANDOM.choice(letters) for _ in range(size))
        )
    texts = [text for pair in zip(parts[::3], [*values, ""], strict=True) for text in pair]
    return "".join(texts), tuple(values)


def _more() -> list[Shape]:
    """Tokens with a prefix, values in commands and files, and keys in further disguises."""
    tokens = [_filled(row)[0].replace(" ", "", 1) for row in _TOKENS.strip().replace("\n", "|").split("|")]
    made = [Shape(f"token {token[:5]}", f"use {token} for it", (token[-10:],)) for token in tokens]
    for row in re.split(r"\n|(?<!\\)\|", _PLACES.strip("\n")):
        text, values = _filled(
            row.replace("\\|", "|").replace("\\t", "\t").replace("\\N{FULLWIDTH COLON}", "\uff1a")
        )
        made.append(Shape(row[:40], text, values))
    made += [
        _decorated("PHP concatenation", "  . '", "' . PHP_EOL"),
        _decorated("PowerShell", "  ", "`n"),
        _decorated("diff -y", "", "\t\t|\tx"),
    ]
    lines, _ = _key("OPENSSH ")
    packed = b64encode("\n".join(lines).encode()).decode()
    rows = [packed[at : at + 76] for at in range(0, len(packed), 76)]
    made.append(Shape("key file in lines of base64", "\n".join(rows) + "\nDone\n", tuple(rows)))
    return made


SHAPES = _keys() + _issuers() + _contexts() + _disguised() + _more()
"""All of them, in an order that does not change."""
