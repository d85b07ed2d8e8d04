"""Formats of secrets of known issuers, and checks that distinguish secrets from placeholders.

Every pattern starts at a word boundary and matches the whole word, so that replacing a find can neither hide
nor expose another find, and the search takes at most linear time for any text. Group 1 is the secret.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from gitprov.model.named import NamedTuple

MARK = b"[REDACTED:"

_START = rb"(?:(?<![\w-])|(?<=\\[nrt]))"


class Rule(NamedTuple):
    """One kind of secret that has a format of its own.

    Every matching text contains one of the `needles`; with `fold`, in upper or lower case.
    """

    kind: str
    about: str
    needles: tuple[bytes, ...]
    pattern: bytes
    fold: bool = False
    check: Callable[[bytes], bool] | None = None
    word: bool = False
    """Whether every match lies in one word of at least 18 letters, digits and `_.+/=~:-`."""
    scan: bytes = b""
    """A quick pattern that matches in every line that the rule matches in, used where a text has a needle."""


@lru_cache(maxsize=256)
def compiled(pattern: bytes) -> re.Pattern[bytes]:
    """The pattern, compiled when it is first needed."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return re.compile(pattern)


def varied(text: bytes) -> bool:
    """Whether a token has at least 6 different bytes after its fourth, and no row of x as in examples."""
    head = text[:200]
    return len(set(head[4:])) >= 6 and compiled(rb"(?i)x{6}").search(head) is None


def is_varied_tail(text: bytes) -> bool:
    """Whether the last 24 bytes of an address are `varied`."""
    return varied(text[-24:])


def _told(kind: str, about: str, needles: tuple[bytes, ...], body: bytes) -> Rule:
    """A rule for a prefix that no word ends with, so that letters may directly precede it."""
    return Rule(kind, about, needles, rb"(" + body + rb")", check=varied, word=True)


def _token(kind: str, about: str, needles: tuple[bytes, ...], body: bytes) -> Rule:
    """A rule for a word that starts with a known prefix."""
    return Rule(kind, about, needles, _START + rb"(" + body + rb")", word=True)


def _long_word(text: bytes) -> bool:
    """Whether a part between dashes is too long or numeric for a word in a name, and no row of x."""
    if compiled(rb"(?i)x{6}").search(text) is not None:
        return False
    return any(
        len(part) >= 16 or any(c in b"0123456789" for c in part) for part in re.split(rb"[-_]", text[3:])
    )


RULES = (
    Rule(
        "private-key", "PEM and OpenSSH private keys and PGP private key blocks, on one line or many",
        (b"PRIVATE KEY", b"PRIVATE+KEY"),
        rb"-{4,5} ?BEGIN[ +A-Z0-9]{0,40}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----"
        rb"((?:(?!-----)[^\r\n]){16,})",
        check=lambda text: compiled(rb"[A-Za-z0-9+/=]{24}").search(text) is not None,
    ),
    _told("aws-access-key", "AWS access key ids (`AKIA…`, `ASIA…`)",
           (b"AKIA", b"ASIA", b"ABIA", b"ACCA"), rb"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9-])"),
    _told("github-token", "GitHub tokens (`ghp_…`, `gho_…`, `ghu_…`, `ghs_…`, `ghr_…`, `github_pat_…`)",
           (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
           rb"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9]{20,})[\w-]*"),
    _told("gitlab-token", "GitLab tokens (`glpat-…` and its kin)",
           (b"glpat-", b"gldt-", b"glrt-", b"glptt-", b"glcbt-", b"glsoat-", b"glft-", b"glagent-", b"glimt-"),
           rb"gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent|imt)-[\w-]{20,}(?:\.[\w-]+)*"),
    _told("slack-token", "Slack tokens (`xoxb-…`, `xapp-…`)", (b"xox", b"xapp-"),
           rb"(?:xox[abceoprs]|xapp)-[A-Za-z0-9][\w-]{10,}"),
    Rule("slack-webhook", "Slack webhook addresses", (b"hooks.slack.com/",),
         rb"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/-]{20,})",
         check=is_varied_tail),
    _told("stripe-key", "Stripe secret and restricted keys (`sk_live_…`), webhook secrets (`whsec_…`)",
           (b"sk_live_", b"sk_test_", b"rk_live_", b"rk_test_", b"whsec_"),
           rb"(?:[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,}=*)[\w-]*"),
    Rule("model-api-key", "Keys of model providers (`sk-…`, `sk-ant-…`, `sk-proj-…`)",
         (b"sk-",), _START + rb"(sk-[\w-]{20,})", check=_long_word, word=True),
    _told("google-key", "Google API keys (`AIza…`), OAuth tokens (`ya29.…`), client secrets (`GOCSPX-…`)",
           (b"AIza", b"ya29.", b"GOCSPX-"), rb"(?:AIza[\w-]{35,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})"),
    _token("npm-token", "npm tokens (`npm_…`)", (b"npm_",), rb"npm_[A-Za-z0-9]{36,}[\w-]*"),
    _told("pypi-token", "PyPI tokens (`pypi-AgE…`)", (b"pypi-AgE",), rb"pypi-AgE[\w-]{40,}"),
    _token("crates-token", "Rust package registry tokens (`cio…`)", (b"cio",), rb"cio[A-Za-z0-9]{32}(?![\w-])"),
    _token("hugging-face-token", "Hugging Face tokens (`hf_…`)", (b"hf_",), rb"hf_[A-Za-z0-9]{30,}[\w-]*"),
    _told("docker-token", "Docker access tokens (`dckr_pat_…`)", (b"dckr_pat_",), rb"dckr_pat_[\w-]{20,}"),
    _token("sendgrid-key", "SendGrid keys (`SG.….…`)", (b"SG.",), rb"SG\.[\w-]{16,}\.[\w-]{32,}"),
    _token("twilio-key", "Twilio API keys (`SK` and 32 hex)", (b"SK",), rb"SK[0-9a-f]{32}(?![\w-])"),
    _told("digitalocean-token", "DigitalOcean tokens (`dop_v1_…`)", (b"_v1_",), rb"do[opr]_v1_[0-9a-f]{64}[\w-]*"),
    _told("shopify-token", "Shopify tokens (`shpat_…`)", (b"shpat_", b"shpca_", b"shppa_", b"shpss_"),
           rb"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}[\w-]*"),
    _token("vault-token", "Vault tokens (`hvs.…`)", (b"hvs.", b"hvb."), rb"hv[sb]\.[\w-]{24,}"),
    _token("databricks-token", "Databricks tokens (`dapi…`)", (b"dapi",), rb"dapi[0-9a-f]{32}(?:-[0-9])?(?![\w-])"),
    _told("linear-key", "Linear API keys (`lin_api_…`)", (b"lin_api_",), rb"lin_api_[A-Za-z0-9]{32,}[\w-]*"),
    _told("age-key", "age secret keys (`AGE-SECRET-KEY-1…`)", (b"AGE-SECRET-KEY-1",), rb"AGE-SECRET-KEY-1[\w-]{40,}"),
    _token("telegram-token", "Telegram bot tokens", (b":AA",), rb"[0-9]{8,10}:AA[\w-]{33,}"),
    Rule("azure-key", "Azure storage and service bus keys (`AccountKey=…`)", (b"AccountKey=", b"AccessKey="),
         rb"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}=*)"),
    _token("jwt", "JSON Web Tokens (`eyJ….eyJ….…`)", (b"eyJ",), rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?"),
    Rule("bearer-token", "`Bearer …` and `Authorization: token …` values", (b"bearer", b"authorization"),
         rb"(?i)(?:\bbearer|\bauthorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?token)[ \t]{1,4}([\w.~+/-]{16,}=*)",
         fold=True, check=lambda text: looks_random(text) or (len(text) >= 32 and b"." not in text)),
    Rule("basic-auth", "`Authorization: Basic …` values", (b"authorization",),
         rb"(?i)\bauthorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?basic[ \t]{1,4}([A-Za-z0-9+/]{8,}=*)", fold=True),
    Rule("url-password", "Passwords in addresses (`https://user:password@host`)", (b"://",),
         rb"://[^\s/:@\"'`<>]{0,100}:([^\s/\"'`<>]{3,200})@", check=lambda text: not is_placeholder(text)),
    Rule("command-line", "Values of `--password`, `--token`, `--secret`, `--api-key` in commands",
         (b"--",), rb"--(?:[a-z]{1,12}-){0,3}(?:password|passwd|passphrase|token|secret|api-key)[ \t]{1,4}"
         rb"[\"']?([^\s\"'`;|&<>()\[\]{}]{6,})", check=lambda text: is_mixed(text) and not is_placeholder(text)),
    _told("cloud-token", "Tokens of Netlify, Supabase, PlanetScale, Fly, Pulumi, Doppler, Heroku, Bedrock, Vercel",
          (b"nfp_", b"sbp_", b"pscale_", b"fm2_", b"fo1_", b"pul-", b"dp.", b"HRKU-", b"ABSK", b"vercel_"),
          rb"(?:nfp_[A-Za-z0-9]{36,}|sbp_[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[\w.-]{32,}|fm2_[A-Za-z0-9+/=]{60,}"
          rb"|fo1_[\w-]{40,}|pul-[0-9a-f]{40}|dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,}|HRKU-[\w-]{36,}"
          rb"|ABSK[A-Za-z0-9+/]{100,}=*|vercel_[A-Za-z0-9]{24,})"),
    _told("service-key", "Keys of Mailgun, Mailchimp, Square, Facebook, Notion, Atlassian, New Relic, Sentry, Grafana, "
          "Postman, Terraform, Groq, Replicate",
          (b"key-", *(b"-us%d" % n for n in range(1, 10)), b"sq0", b"EAA", b"ntn_", b"secret_", b"ATATT3", b"NRAK-", b"sntrys_", b"glsa_", b"glc_",
           b"PMAK-", b".atlasv1.", b"gsk_", b"r8_"),
          rb"(?:(?<![\w-])key-[0-9a-f]{32}(?!\w)|(?<!\w)[0-9a-f]{32}-us[0-9]{1,2}(?!\w)|sq0(?:atp|csp|idp)-[\w-]{22,}"
          rb"|(?<![\w+/])EAA[A-Za-z0-9]{56,}|ntn_[A-Za-z0-9]{40,}|(?<!\w)secret_[A-Za-z0-9]{43}(?!\w)"
          rb"|ATATT3[\w=-]{60,}|NRAK-[A-Z0-9]{27}|sntrys_[\w+/=-]{60,}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}"
          rb"|glc_[A-Za-z0-9+/]{32,}=*|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|(?<!\w)[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}"
          rb"|gsk_[A-Za-z0-9]{48,}|(?<!\w)r8_[A-Za-z0-9]{37})"),
    Rule("azure-client-secret", "Azure client secrets (`…8Q~…`)", (b"Q~",),
         rb"(?<![\w~.-])([\w~.-]{3}[0-9]Q~[\w~.-]{31,34})(?![\w~.-])", check=varied),
    Rule("discord-token", "Discord bot tokens", (b".",), rb"(?<![\w.-])([MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40})(?![\w.-])",
         check=varied, word=True, scan=rb"[MNO][\w-]{23,27}\.[\w-]{6}\."),
    Rule("cloudflare-key", "Cloudflare origin CA keys (`v1.0-…`)", (b"v1.0-",), rb"(?<!\w)(v1\.0-[0-9a-f]{24}-[0-9a-f]{146})"),
    Rule("webhook", "Webhook addresses of Discord and Teams", (b"/webhooks/", b"/IncomingWebhook/"),
         rb"/(?:webhooks/[0-9]{15,20}|IncomingWebhook)/([\w-]{24,}(?:/[\w-]{1,80})?)", check=varied),
    Rule("signature", "Signatures in addresses (`X-Amz-Signature=`, `sig=`, `Signature=`)", (b"ignature=", b"sig="),
         rb"[?&](?:amp;)?(?:X-(?:Amz|Goog)-Signature|X-Amz-Security-Token|Signature|sig)=([\w%+/=~.-]{20,})", check=varied),
    Rule("registry-auth", "`_auth=` and `_password=` of npm, `\"auth\":` of Docker", (b"_auth", b"_password", b'auth"'),
         rb"(?:_auth|_password|\"auth\")[ \t]{0,4}[=:][ \t]{0,4}\"?([A-Za-z0-9+/]{12,}=*)", check=varied),
    Rule("cookie", "Session cookies (`Cookie:`, `Set-Cookie:`)", (b"cookie:",),
         rb"(?i)\bcookie:[^\r\n]{0,300}?[ ;][\w.-]{0,30}?(?:sess|sid|auth|token|jwt|csrf)[\w.-]{0,40}=([^\s;,\"']{12,})", fold=True,
         check=lambda text: not is_placeholder(text) and varied(text)),
    Rule("key-file", "Key files in base64 (`LS0tLS1CRUdJTi…`) and `client-key-data`", (b"LS0tLS1CRUdJTiB", b"client-key-data:"),
         rb"(?:client-key-data:[ \t]{0,4}|(?=LS0tLS1CRUdJTiB))(?!LS0tLS1CRUdJTiB(?:DRVJU|QVUJM|QR1AgUFVC|QR1AgTUVT|QR1AgU0lH))"
         rb"([\w+/=]{40,})", check=varied),
    Rule("user-password", "Passwords of `curl -u`, `mysql -p`, `sshpass -p`, `redis-cli -a`, `docker login -p`, `htpasswd -b`, "
         "`-passin pass:`", (b"curl ", b"wget ", b"mysql", b"mariadb", b"sshpass", b"redis-cli ", b"login ", b"htpasswd ", b"-pass"),
         rb"(?:\b(?:curl|wget)[ ](?:[^\r\n|;&]{0,300}?[ ])?(?:-u|--user|--proxy-user)[ =]{0,2}[\"']?[^\s:\"'$<{]{1,80}:"
         rb"|\b(?:mysql|mysqldump|mysqladmin|mariadb)[ ](?:[^\r\n|;&]{0,300}?[ ])?-p(?!\s)[\"']?"
         rb"|\bsshpass[ ]{1,4}-p[ ]?[\"']?|\bredis-cli[ ](?:[^\r\n|;&]{0,200}?[ ])?-a[ ][\"']?"
         rb"|\b(?:docker|podman|helm registry|az acr)[ ]login[ ](?:[^\r\n|;&]{0,200}?[ ])?-p[ ][\"']?"
         rb"|\bhtpasswd[ ]-[a-zA-Z]{0,5}b[a-zA-Z]{0,5}[ ]\S{1,100}[ ]\S{1,80}[ ][\"']?|-pass(?:in|out)?[ ]pass:)"
         rb"([^\s\"'`|;&<>]{4,200})", check=lambda text: not text.startswith((b"$", b"-")) and not is_placeholder(text)),
    Rule("pgpass", "Passwords of pgpass (`host:port:database:user:…`)", (b"*:", *(b"%d:" % n for n in range(10))),
         rb"^[ \t]{0,8}[\w.*-]{1,100}:(?:[0-9]{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:([^\s\"';`]{6,200})",
         check=lambda text: not is_placeholder(text) and is_mixed(text),
         scan=rb":(?:[0-9]{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:[^\s\"';`]{6}"),
    Rule("login-file", "Passwords of netrc, SQL (`IDENTIFIED BY`, `WITH PASSWORD`), redis.conf, connection strings, SSWS",
         (b"password ", b"identified by ", b"requirepass ", b"password=", b"ssws "),
         rb"(?i)(?:(?:^|\bmachine[ ]\S{1,100}[ ])\s{0,16}(?:login[ ]\S{1,100}[ ])?password[ ](?=\S{0,100}(?:[0-9!@#$%^&*]|\S[A-Z]))"
         rb"|\bidentified by '|\b(?:with|login) password '"
         rb"|^\s{0,8}requirepass[ ]|;[ ]?password=|\bauthorization:[ ]{1,3}ssws[ ])([^\s\"';`]{6,200})", fold=True,
         check=lambda text: not is_placeholder(text) and is_mixed(text)),
)  # fmt: skip
"""Rules for kinds with a format; where several match the same text, the first names the find."""

CONTEXT_KINDS = (
    (
        "password",
        "Values of names such as `password`, `passwd`, `pwd`, `passphrase`, `DB_PASS`: `=`, `:`, JSON, YAML, XML",
    ),
    (
        "assigned-secret",
        "Random-looking values of names such as `secret`, `token`, `api_key`, `private_key`, `credential`",
    ),
)
"""(kind, description) of secrets that are found by the name they are assigned to."""

_PLACEHOLDER = rb"""(?ix)
    ^(?: pass(?:word|wd|phrase|code)? | pwd | secret | token | test | testing | none | null | nil | undefined | true
       | false | str | string | text | any | object | bytes | required | optional | unknown | empty | default | sample
       | dummy | fake | mock | foo | bar | baz | foobar | hidden | masked | todo | tbd | fixme | user )$
  | ^(.)\1*$ | change.?me | replace.?(?:me|with|this) | (?:^|[_ .-])(?:your|insert|enter|put)[_ -] | ^your
  | place.?holder | redacted | (?:^|[_ .-])example(?:$|[_ .-]) | x{4,} | \*{3,} | \.{3,} | <[^>]*>
  | \$\{ | \$\( | \{\{ | ^\$\w+$ | ^%\w+%$ | ^%[(]?\w | ^\{[^{}]*\}$ | environ | getenv | process\.env | ^secrets\.
  | ^\w+:// | -----BEGIN
"""
_WORDS = (
    rb"(?:[A-Za-z]*[0-9]{0,3}|[0-9]{1,4})(?:[^A-Za-z0-9]+(?:[A-Za-z]+[0-9]{0,3}|[0-9]{1,4}))*[^A-Za-z0-9]*"
)


def is_placeholder(value: bytes) -> bool:
    """Whether a value is a placeholder for a secret that is filled in elsewhere."""
    return compiled(_PLACEHOLDER).search(value[:200]) is not None


def is_mixed(value: bytes) -> bool:
    """Whether a value has letters and also digits or signs, and is no dotted name or expression."""
    head = value[:200]
    return (
        compiled(rb"[A-Za-z]").search(head) is not None
        and compiled(rb"[0-9!@#$%^&*+~?|]").search(head) is not None
        and compiled(rb"[(\[{]|^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$").search(head) is None
    )


def entropy(value: bytes) -> float:
    """Bits per byte of the first 512 bytes, by Shannon's formula."""
    from math import log2

    head = value[:512]
    shares = [head.count(byte) / len(head) for byte in set(head)]
    return -sum(share * log2(share) for share in shares)


def looks_random(value: bytes) -> bool:
    """Whether a value looks random: no spaces or brackets, no words, enough entropy."""
    head = value[:512]
    if len(head) < 12 or compiled(rb"[\w+/=.~:!@#$%^&*?|-]+").fullmatch(head) is None:
        return False
    if compiled(rb"[A-Za-z]").search(head) is None:
        return False
    if compiled(rb"[0-9]").search(head) is not None:
        return compiled(_WORDS).fullmatch(head) is None and entropy(head) >= 2.8
    flips = len(compiled(rb"[a-z][A-Z]").findall(head))
    return len(head) >= 20 and flips * 5 >= len(head) and entropy(head) >= 2.8
