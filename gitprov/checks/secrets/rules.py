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


def _prefixed(kind: str, about: str, needles: tuple[bytes, ...], body: bytes) -> Rule:
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


_SERVICE_TOKENS = (
    (b"1//0", rb"1//0[\w-]{40,120}"), (b"xai-", rb"xai-[A-Za-z0-9]{70,90}"), (b"pplx-", rb"pplx-[A-Za-z0-9]{40,60}"),
    (b"fw_", rb"fw_(?=[a-z0-9]{0,20}[A-Z])[A-Za-z0-9]{22,24}"), (b"lsv2_", rb"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    (b"tvly-", rb"tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}"), (b"csk-", rb"csk-[a-z0-9]{48}"), (b"nvapi-", rb"nvapi-[\w-]{60,70}"),
    (b"pcsk_", rb"pcsk_[A-Za-z0-9]{5,8}_[A-Za-z0-9]{50,70}"), (b"wandb_v1_", rb"wandb_v1_\w{60,90}"), (b"sk_", rb"sk_[0-9a-f]{48}"),
    (b"ak-", rb"a[ks]-(?=[a-z0-9]{0,20}[A-Z])[A-Za-z0-9]{22}"), (b"rubygems_", rb"rubygems_[0-9a-f]{48}"), (b"oy2", rb"oy2[a-z0-9]{43}"),
    (b"AKC", rb"AKC[A-Za-z0-9]{60,75}"), (b"cmVmdGtuOj", rb"cmVmdGtuOj[A-Za-z0-9]{50,60}"), (b"xkeysib-", rb"xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}"),
    (b"figd_", rb"figd_[\w-]{36,60}"), (b"ATCTT3", rb"ATCTT3[\w=-]{60,250}"),
    (b"ATBB", rb"ATBB[A-Za-z0-9]{20,34}[A-F0-9]{8}"), (b"sl.", rb"sl\.[ABu][\w.-]{120,}"), (b"CFPAT-", rb"CFPAT-[\w-]{43}"),
    (b"pat-", rb"pat-(?:na|eu|ap)[0-9]-[0-9a-f]{8}-[0-9a-f-]{27}"), (b"access-", rb"access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f-]{27}"),
    (b"EZ", rb"EZ[AT]K[A-Za-z0-9]{54}"), (b"FLWSECK", rb"FLWSECK(?:_TEST)?-[0-9a-f]{32}-X"), (b"aio_", rb"aio_(?=[a-z0-9]{0,20}[A-Z])[A-Za-z0-9]{28}"),
    (b"fio-u-", rb"fio-u-[\w-]{64}"), (b"bkua_", rb"bkua_[0-9a-f]{40}"), (b"CCIP", rb"CCIP(?:AT|RJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}"),
    (b"dt0", rb"dt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"), (b"NRII-", rb"NRII-[\w-]{32}"), (b"FFFFNRAL", rb"[0-9a-f]{36}FFFFNRAL"),
    (b"sntryu_", rb"sntryu_[0-9a-f]{64}"), (b"hcaik_", rb"hcaik_[a-z0-9]{58}"), (b"pnu_", rb"pnu_[A-Za-z0-9]{36}"), (b"pnb_", rb"pnb_[A-Za-z0-9]{36}"),
    (b"ops_ey", rb"ops_ey[\w-]{150,}=*"),
    (b"A3-", rb"A3-[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})-[A-Z0-9]{5}-[A-Z0-9]{5}-[A-Z0-9]{5}"),
    (b"tskey-", rb"tskey-[a-z]{3,10}-[A-Za-z0-9]{8,20}-[A-Za-z0-9]{20,40}"), (b"rnd_", rb"rnd_(?=[a-z0-9]{0,25}[A-Z])[A-Za-z0-9]{28,40}"),
    (b"vcp_", rb"vcp_[A-Za-z0-9]{40,70}"), (b"sb_secret_", rb"sb_secret_[\w-]{22}_[\w-]{8}"), (b"napi_", rb"napi_[a-z0-9]{60,70}"),
    (b"re_", rb"re_(?=[a-z0-9]{0,7}[A-Z])[A-Za-z0-9]{8}_[A-Za-z0-9]{24}"), (b"cfut_", rb"cfut_[A-Za-z0-9]{40}[0-9a-f]{8}"),
    (b"AQVN", rb"AQVN[\w-]{35,38}"), (b"LTAI", rb"LTAI(?=[a-z0-9A-Z]{0,15}[0-9])[A-Za-z0-9]{16,20}"), (b"AKID", rb"AKID[A-Za-z0-9]{32}"),
    (b"sk.eyJ", rb"sk\.eyJ[\w-]{20,}\.[\w-]{20,}"), (b"sgp_", rb"sgp_(?:[0-9a-f]{16}_|local_)?[0-9a-f]{40}"), (b"tfp_", rb"tfp_[\w-]{44,60}"),
    (b"live_", rb"(?:live_[0-9a-f]{35}|(?:duffel|shippo)_live_[\w-]{40,44})"), (b"sqp_", rb"sqp_[0-9a-f]{40}"), (b"squ_", rb"squ_[0-9a-f]{40}"),
    (b"tk-us-", rb"tk-us-\w{48}"), (b"rdme_", rb"rdme_[a-z0-9]{70}"),
    (b"AZDO", rb"[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"), (b"AzFu", rb"[\w-]{44}AzFu[\w-]{4,8}=*"), (b"+ASt", rb"[A-Za-z0-9+/]{76}\+ASt[A-Za-z0-9+/]{5,8}=*"),
)  # fmt: skip
_SERVICE_NEEDLES = tuple(needle for needle, _ in _SERVICE_TOKENS)
_SERVICE_TOKEN = b"(?:" + b"|".join(form for _, form in _SERVICE_TOKENS) + b")"
"""(text that each match has, format) of tokens that begin with a prefix of their own."""

RULES = (
    Rule(
        "private-key", "PEM and OpenSSH private keys and PGP private key blocks, on one line or many",
        (b"PRIVATE KEY", b"PRIVATE+KEY"),
        rb"-{4,5} ?BEGIN[ +A-Z0-9]{0,40}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----"
        rb"((?:(?!-----)[^\r\n]){16,})",
        check=lambda text: compiled(rb"[A-Za-z0-9+/=]{24}").search(text) is not None,
    ),
    _prefixed("aws-access-key", "AWS access key ids (`AKIA…`, `ASIA…`)",
           (b"AKIA", b"ASIA", b"ABIA", b"ACCA"), rb"A(?:KIA|SIA|BIA|CCA)[A-Z0-9]{16}(?![A-Za-z0-9-])"),
    _prefixed("github-token", "GitHub tokens (`ghp_…`, `gho_…`, `ghu_…`, `ghs_…`, `ghr_…`, `github_pat_…`)",
           (b"ghp_", b"gho_", b"ghu_", b"ghs_", b"ghr_", b"github_pat_"),
           rb"(?:gh[pousr]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9]{20,})[\w-]*"),
    _prefixed("gitlab-token", "GitLab tokens (`glpat-…` and its kin)",
           (b"glpat-", b"gldt-", b"glrt-", b"glptt-", b"glcbt-", b"glsoat-", b"glft-", b"glagent-", b"glimt-", b"gloas-"),
           rb"gl(?:pat|dt|rt|ptt|cbt|soat|ft|agent|imt|oas)-[\w-]{20,}(?:\.[\w-]+)*"),
    _prefixed("slack-token", "Slack tokens (`xoxb-…`, `xapp-…`)", (b"xox", b"xapp-"),
           rb"(?:xoxd-[A-Za-z0-9][\w%/+=-]{40,}|(?:xox[abceoprs]|xapp)-[A-Za-z0-9][\w-]{10,})"),
    Rule("slack-webhook", "Slack webhook addresses", (b"hooks.slack.com/",),
         rb"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/-]{20,})",
         check=is_varied_tail),
    _prefixed("stripe-key", "Stripe secret and restricted keys (`sk_live_…`), webhook secrets (`whsec_…`)",
           (b"sk_live_", b"sk_test_", b"rk_live_", b"rk_test_", b"whsec_", b"sk_org_"),
           rb"(?:[sr]k_(?:org_)?(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,}=*)[\w-]*"),
    Rule("model-api-key", "Keys of model providers (`sk-…`, `sk-ant-…`, `sk-proj-…`)",
         (b"sk-",), _START + rb"(sk-[\w-]{20,})", check=_long_word, word=True),
    _prefixed("google-key", "Google API keys (`AIza…`), OAuth tokens (`ya29.…`), client secrets (`GOCSPX-…`)",
           (b"AIza", b"ya29.", b"GOCSPX-"), rb"(?:AIza[\w-]{35,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})"),
    _token("npm-token", "npm tokens (`npm_…`)", (b"npm_",), rb"npm_[A-Za-z0-9]{36,}[\w-]*"),
    _prefixed("pypi-token", "PyPI tokens (`pypi-AgE…`)", (b"pypi-AgE",), rb"pypi-AgE[\w-]{40,}"),
    _token("crates-token", "Rust package registry tokens (`cio…`)", (b"cio",), rb"cio[A-Za-z0-9]{32}(?![\w-])"),
    _token("hugging-face-token", "Hugging Face tokens (`hf_…`)", (b"hf_",), rb"hf_[A-Za-z0-9]{30,}[\w-]*"),
    _prefixed("docker-token", "Docker access tokens (`dckr_pat_…`)", (b"dckr_pat_", b"dckr_oat_"), rb"dckr_[po]at_[\w-]{20,}"),
    _token("sendgrid-key", "SendGrid keys (`SG.….…`)", (b"SG.",), rb"SG\.[\w-]{16,}\.[\w-]{32,}"),
    _token("twilio-key", "Twilio API keys (`SK` and 32 hex)", (b"SK",), rb"SK[0-9a-f]{32}(?![\w-])"),
    _prefixed("digitalocean-token", "DigitalOcean tokens (`dop_v1_…`)", (b"_v1_",), rb"do[opr]_v1_[0-9a-f]{64}[\w-]*"),
    _prefixed("shopify-token", "Shopify tokens (`shpat_…`)", (b"shpat_", b"shpca_", b"shppa_", b"shpss_"),
           rb"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}[\w-]*"),
    _token("vault-token", "Vault tokens (`hvs.…`)", (b"hvs.", b"hvb."), rb"hv[sb]\.[\w-]{24,}"),
    _token("databricks-token", "Databricks tokens (`dapi…`)", (b"dapi",), rb"dapi[0-9a-f]{32}(?:-[0-9])?(?![\w-])"),
    _prefixed("linear-key", "Linear API keys (`lin_api_…`)", (b"lin_api_", b"lin_oauth_"), rb"lin_(?:api|oauth)_[A-Za-z0-9]{32,}[\w-]*"),
    _prefixed("age-key", "age secret keys (`AGE-SECRET-KEY-1…`)", (b"AGE-SECRET-KEY-1",), rb"AGE-SECRET-KEY-1[\w-]{40,}"),
    Rule("telegram-token", "Telegram bot tokens", (b":AA",), rb"(?:(?<![\w-])|(?<=/bot))([0-9]{8,10}:AA[\w-]{33,})", word=True),
    Rule("azure-key", "Azure storage and service bus keys (`AccountKey=…`)", (b"AccountKey=", b"AccessKey="),
         rb"(?:Account|SharedAccess)Key=([A-Za-z0-9+/]{40,}=*)"),
    _token("jwt", "JSON Web Tokens (`eyJ….eyJ….…`)", (b"eyJ",), rb"eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]*)?"),
    Rule("bearer-token", "`Bearer …` and `Authorization: token …`, `Authorization: ApiKey …` values", (b"bearer", b"authorization"),
         rb"(?i)(?:\bbearer[ \t]{1,4}|\bauthorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?(?:[a-z-]{0,14}(?:token|key)|hmac[\w-]{0,12})[ \t]{1,4})([\w.~+/-]{16,}=*)",
         fold=True, check=lambda text: looks_random(text) or (len(text) >= 32 and b"." not in text)),
    Rule("basic-auth", "`Authorization: Basic …` values", (b"authorization",),
         rb"(?i)\bauthorization[\"']?[ \t]{0,4}[:=][ \t]{0,4}[\"']?basic[ \t]{1,4}([A-Za-z0-9+/]{8,}=*)", fold=True),
    Rule("url-password", "Passwords in addresses (`https://user:password@host`)", (b"://",),
         rb"://[^\s/:@\"'`<>]{0,100}:([^\s/\"'`<>]{3,200})@", check=lambda text: not is_placeholder(text)),
    Rule("command-line", "Values of `--password`, `--token`, `--secret`, `--api-key` in commands",
         (b"--",), rb"--(?:[a-z]{1,12}-){0,3}(?:password|passwd|passphrase|token|secret|api-key)[ \t]{1,4}"
         rb"[\"']?([^\s\"'`;|&<>()\[\]{}]{6,})", check=lambda text: is_mixed(text) and not is_placeholder(text)),
    Rule("set-command", "Values of `setenv API_TOKEN …`, `ENV DB_PASSWORD …`, `config set …_authToken …` in commands",
         (b"setenv ", b"set -", b"ENV ", b"config set ", b"configure set "),
         rb"\b(?:(?:setenv|ENV|set[ ]-[gUx]{1,3})[ ]{1,4}[A-Z0-9_]{0,40}(?:TOKEN|SECRET|PASSWORD|PASS|PWD|(?:API|ACCESS|SECRET)_?KEY)"
         rb"|(?:config|configure)[ ]set[ ]\S{0,80}?(?:_access_key|_authToken|_password|token|secret))[ ]{1,4}"
         rb"[\"']?([^\s\"'`;|&<>()\[\]{}]{6,})", check=lambda text: is_mixed(text) and not is_placeholder(text)),
    _prefixed("cloud-token", "Tokens of Netlify, Supabase, PlanetScale, Fly, Pulumi, Doppler, Heroku, Bedrock, Vercel",
          (b"nfp_", b"sbp_", b"pscale_", b"fm2_", b"fo1_", b"pul-", b"dp.", b"HRKU-", b"ABSK", b"vercel_"),
          rb"(?:nfp_[A-Za-z0-9]{36,}|sbp_[0-9a-f]{40}|pscale_(?:tkn|pw|oauth)_[\w.-]{32,}|fm2_[A-Za-z0-9+/=]{60,}"
          rb"|fo1_[\w-]{40,}|pul-[0-9a-f]{40}|dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9.]{40,}|HRKU-[\w-]{36,}"
          rb"|ABSK[A-Za-z0-9+/]{100,}=*|vercel_[A-Za-z0-9]{24,})"),
    _prefixed("service-key", "Keys of Mailgun, Mailchimp, Square, Facebook, Notion, Atlassian, New Relic, Sentry, Grafana, "
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
    Rule("webhook", "Webhook addresses of Discord, Teams, Zapier and IFTTT", (b"/webhooks/", b"/IncomingWebhook/", b"/hooks/catch/", b"/with/key/"),
         rb"/(?:(?:webhooks/[0-9]{15,20}|IncomingWebhook)/(?=[\w-]{24})|hooks/catch/[0-9]{4,12}/|trigger/[\w-]{1,80}/with/key/)"
         rb"([\w-]{6,}(?:/[\w-]{1,80})?)", check=varied),
    Rule("signature", "Signatures in addresses (`X-Amz-Signature=`, `sig=`, `Signature=`)", (b"ignature=", b"sig="),
         rb"(?:[?&](?:amp;)?(?:X-(?:Amz|Goog)-Signature|X-Amz-Security-Token|Signature|sig)=|AWS4-HMAC-SHA256[ ][^\r\n]{0,300}?Signature=)"
         rb"([\w%+/=~.-]{20,})", check=varied),
    Rule("registry-auth", "`_auth=` and `_password=` of npm, `\"auth\":` of Docker", (b"_auth", b"_password", b'auth"'),
         rb"(?:_auth|_password|\"auth\")[ \t]{0,4}[=:][ \t]{0,4}\"?([A-Za-z0-9+/]{12,}=*)", check=varied),
    Rule("cookie", "Session cookies (`Cookie:`, `Set-Cookie:`, `curl -b`, cookie files)", (b"cookie", b"curl ", b"\ttrue\t", b"\tfalse\t"),
         rb"(?i)(?:(?:\bcookie[\"']?[ ]?[:=]|[ ](?:-b|--cookie)[ =])[^\r\n]{0,300}?[ ;\"'`=]"
         rb"[\w.-]{0,30}?(?:sess|sid|auth|token|jwt|csrf)[\w.-]{0,40}=|\t(?:TRUE|FALSE)\t[0-9]{1,12}\t[\w.-]{0,30}?"
         rb"(?:sess|sid|auth|token|jwt)[\w.-]{0,40}\t)([^\s;,\"'`]{12,})", fold=True,
         check=lambda text: not is_placeholder(text) and varied(text)),
    Rule("key-file", "Key files in base64 (`LS0tLS1CRUdJTi…`) and `client-key-data`", (b"LS0tLS1CRUdJTiB", b"client-key-data:"),
         rb"(?:client-key-data:[ \t]{0,4}|(?=LS0tLS1CRUdJTiB))(?!LS0tLS1CRUdJTiB(?:DRVJU|QVUJM|QR1AgUFVC|QR1AgTUVT|QR1AgU0lH))"
         rb"([\w+/=]{40,})", check=varied),
    Rule("user-password", "Passwords of `curl -u`, `mysql -p`, `sshpass -p`, `redis-cli -a`, `docker login -p`, `htpasswd -b`, "
         "`-passin pass:`", (b"curl ", b"wget ", b"mysql", b"mariadb", b"sshpass", b"redis-cli ", b"login ", b"htpasswd ", b"-pass"),
         rb"(?:\b(?:curl|wget)[ ](?:[^\r\n|;&]{0,300}?[ ])?(?:-[a-zA-Z]{0,4}u|--user|--proxy-user)[ =]{0,2}[\"']?[^\s:/\"'$<{]{1,80}:(?!//)"
         rb"|\b(?:mysql|mysqldump|mysqladmin|mariadb)[ ](?:[^\r\n|;&]{0,300}?[ ])?-p(?!\s)[\"']?"
         rb"|\bsshpass[ ]{1,4}-p[ ]?[\"']?|\bredis-cli[ ](?:[^\r\n|;&]{0,200}?[ ])?-a[ ][\"']?"
         rb"|\b(?:docker|podman|helm registry|az acr)[ ]login[ ](?:[^\r\n|;&]{0,200}?[ ])?-p[ ][\"']?"
         rb"|\bhtpasswd[ ]-[a-zA-Z]{0,5}b[a-zA-Z]{0,5}[ ]\S{1,100}[ ]\S{1,80}[ ][\"']?|-pass(?:in|out)?[ ]pass:)"
         rb"([^\s\"'`|;&<>]{4,200})", check=lambda text: not text.startswith((b"$", b"-")) and not is_placeholder(text)),
    Rule("pgpass", "Passwords of pgpass (`host:port:database:user:…`)", (b":",),
         rb"(?:^[ \t]{0,8}[\w.*-]{1,100}:(?:[0-9]{2,5}|\*)|(?:(?<=[\s|+>])|(?<=pgpass:[0-9]:)|(?<=pgpass:[0-9]{2}:))[\w.*-]{1,100}:(?:[0-9]{4,5}|\*))"
         rb":[\w*-]{1,60}:[\w*-]{1,60}:([^\s\"';`:]{6,200})(?!:)",
         check=lambda text: not is_placeholder(text) and is_mixed(text),
         scan=rb":(?:[0-9]{2,5}|\*):[\w*-]{1,60}:[\w*-]{1,60}:[^\s\"';`]{6}"),
    Rule("login-file", "Passwords of netrc, SQL (`IDENTIFIED BY`, `WITH PASSWORD`), redis.conf, connection strings, SSWS",
         (b"password ", b"password\t", b"identified ", b"requirepass ", b"masterauth ", b"password=", b"ssws ", b"> auth ", b"_auth=",
          b"jdbc:oracle:"),
         rb"(?i)(?:(?:^\s{0,16}|\bmachine\s\S{1,100}\s{1,16}(?:port\s\S{1,10}\s{1,8})?|\bdefault\s{1,8}(?=login\s))(?:login\s{1,8}\S{1,100}\s{1,8})?"
         rb"password[ \t]{1,8}\"?(?=\S{0,100}(?:[0-9!@#$%^&*]|\S[A-Z]))"
         rb"|\bidentified (?:with \w{1,40} )?by '|\b(?:with|login|encrypted) password[ ]?=?[ ]?n?'"
         rb"|(?:^\s{0,8}|config set )(?:requirepass|masterauth)[ ]|;[ ]?password=|\bauthorization:[ ]{1,3}ssws[ ]"
         rb"|[0-9]> auth (?:\w{1,40} )?|\bREDISCLI_AUTH=|\bjdbc:oracle:\w{1,8}:\w{1,60}/)([^\s\"';`]{6,200})", fold=True,
         check=lambda text: not is_placeholder(text) and is_mixed(text)),
    Rule("tool-password", "Passwords of `mongosh -p`, `az login -p`, `zip -P`, `ldapsearch -w`, `smbclient -U`, `rabbitmqctl add_user`, "
         "`keytool -storepass`, `chpasswd`, `echo … | docker login --password-stdin`, `auth=(…)`, `.login(…)`, `ConvertTo-SecureString`",
         (b"mongo", b"az login ", b".login(", b"zip -", b"ldap", b"smbclient ", b"rabbitmqctl ", b"keytool ", b"chpasswd", b"-stdin",
          b"auth=(", b"SecureString ", b"twine ", b"net use "),
         rb"(?:\b(?:(?:mongo(?:sh|dump|restore|export|import)?|az[ ]login|twine)[ ](?:[^\r\n|;&]{0,300}?[ ])?-p[ ]"
         rb"|(?:un)?zip[ ](?:[^\r\n|;&]{0,200}?[ ])?-P[ ]|ldap[a-z]{3,9}[ ](?:[^\r\n|;&]{0,300}?[ ])?-w[ ]"
         rb"|smbclient[ ](?:[^\r\n|;&]{0,200}?[ ])?-U[ ]?[\"']?[^\s%]{1,80}%|net[ ]use[ ][^\r\n|;&]{0,200}?/user:\S{1,80}[ ]"
         rb"|rabbitmqctl[ ](?:add_user|change_password)[ ]\S{1,80}[ ]|keytool[ ](?:[^\r\n|;&]{0,300}?[ ])?-(?:store|key)pass[ ])[\"']?"
         rb"|\becho[ ][\"']?(?=[^\r\n|]{1,300}\|[ ]?(?:chpasswd|[^\r\n|;&]{0,200}?--password-stdin))(?!\w{1,40}:\$)(?:\w{1,40}:)?"
         rb"|(?:\bauth=\(|\.login\()[ ]?[\"'][^\"'\r\n]{1,80}[\"'],[ ]?[\"']|\bConvertTo-SecureString[ ](?:-String[ ])?[\"'])"
         rb"([^\s\"'`|;&<>]{6,200})", check=lambda text: not text.startswith((b"$", b"-")) and is_mixed(text) and not is_placeholder(text)),
    Rule("jwk", "Private members of JSON Web Keys (`\"d\": \"…\"`)", (b'":',), rb"\"[dkpq][pqi]?\":[ ]?\"([\w-]{40,})\"",
         check=lambda text: looks_random(text) and varied(text), scan=rb"\"[dkpq][pqi]?\":[ ]?\"[\w-]{40}"),
    Rule("xml-value", "Values of XML attributes with a telling name (`key=\"ApiKey\" value=\"…\"`)", (b"value=",),
         rb"(?i)\b(?:key|name)=[\"'][\w.:-]{0,40}?(?:password|passwd|pwd|secret|token|api_?key)[\"'][ ]{1,8}value=[\"']([^\s\"'<>]{6,200})",
         check=lambda text: not is_placeholder(text) and (looks_random(text) or is_mixed(text))),
    Rule("django-key", "Secret keys of Django", (b"django-insecure-", b"SECRET_KEY"),
         rb"(?:\bSECRET_KEY[ ]?=[ ]?[\"'](?=[^\s\"']{50}[\"'])(?=\w{0,50}[^\w\s\"'])|django-insecure-)([^\s\"'<>]{30,})",
         check=lambda text: varied(text) and compiled(rb"[0-9]").search(text) is not None and not is_placeholder(text)),
    Rule("service-token", "Tokens with a prefix of their own of more than fifty services, `figd_…`, `tskey-…`, `xai-…`, `rubygems_…` among them",
         _SERVICE_NEEDLES, _START + rb"(" + _SERVICE_TOKEN + rb")(?![\w-])", word=True,
         check=lambda text: varied(text) and compiled(rb"[0-9]").search(text[4:]) is not None),
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
