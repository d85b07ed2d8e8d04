"""Which rules of the security check the tests of ruff, bandit and semgrep are about.

ruff's codes and bandit's numbers are the same (S608, B608). Tests that are missing are reported under an id
of their own, as `security/ruff-s110`.
"""

from __future__ import annotations

RULES = {
    "102": "code-injection",
    "103": "open-permissions",
    "104": "every-interface",
    "105": "hardcoded-secret",
    "106": "hardcoded-secret",
    "107": "hardcoded-secret",
    "108": "temporary-file",
    "113": "call-without-timeout",
    "201": "debug-server",
    "202": "archive-extraction",
    "301": "untrusted-deserialisation",
    "302": "untrusted-deserialisation",
    "303": "weak-hash",
    "304": "weak-cipher",
    "305": "weak-cipher",
    "306": "temporary-file",
    "307": "code-injection",
    "308": "reflected-xss",
    "310": "request-forgery",
    "311": "predictable-random",
    "312": "cleartext-protocol",
    "313": "external-entities",
    "314": "external-entities",
    "315": "external-entities",
    "316": "external-entities",
    "317": "external-entities",
    "318": "external-entities",
    "319": "external-entities",
    "320": "external-entities",
    "321": "cleartext-protocol",
    "323": "tls-unverified",
    "324": "weak-hash",
    "501": "tls-unverified",
    "502": "tls-old-version",
    "503": "tls-old-version",
    "504": "tls-old-version",
    "505": "weak-key",
    "506": "untrusted-deserialisation",
    "507": "host-key-unverified",
    "508": "cleartext-protocol",
    "509": "cleartext-protocol",
    "601": "command-injection",
    "602": "command-injection",
    "604": "command-injection",
    "605": "command-injection",
    "608": "sql-injection",
    "609": "command-injection",
    "610": "sql-injection",
    "611": "sql-injection",
    "612": "code-injection",
    "614": "untrusted-deserialisation",
    "701": "autoescape-off",
    "702": "autoescape-off",
    "703": "reflected-xss",
    "704": "reflected-xss",
}
"""Number of a test of ruff and bandit → name of the rule."""

GUESSES = frozenset(
    {"104", "105", "106", "107", "108", "308", "310", "311", "313", "314", "315", "316", "317", "318", "319",
     "320", "601", "604", "610", "703", "704"}
)  # fmt: skip
"""Tests that look at a name or a call alone, not at what it gets: of low severity, whatever the rule has."""

NO_WEAKNESSES = frozenset({"101", "603", "606", "607", *map(str, range(401, 416))})
"""Tests that report what is no weakness by itself: an assert, an import, a process without a shell."""

WEAKNESSES = {
    22: "path-traversal",
    77: "command-injection",
    78: "command-injection",
    79: "reflected-xss",
    89: "sql-injection",
    90: "ldap-injection",
    94: "code-injection",
    95: "code-injection",
    113: "header-injection",
    117: "log-injection",
    295: "tls-unverified",
    306: "endpoint-without-authentication",
    319: "cleartext-protocol",
    326: "weak-key",
    327: "weak-cipher",
    328: "weak-hash",
    330: "predictable-random",
    338: "predictable-random",
    347: "token-unverified",
    352: "csrf-off",
    377: "temporary-file",
    489: "debug-server",
    502: "untrusted-deserialisation",
    532: "secret-in-log",
    601: "open-redirect",
    611: "external-entities",
    614: "cookie-unprotected",
    643: "xpath-injection",
    732: "open-permissions",
    798: "hardcoded-secret",
    915: "mass-assignment",
    916: "weak-password-hash",
    918: "request-forgery",
    942: "any-origin",
    1004: "cookie-unprotected",
    1333: "regex-injection",
    1336: "template-injection",
}
"""Number of a weakness (CWE) → name of the rule, for rules of semgrep, whose names are anybody's."""
