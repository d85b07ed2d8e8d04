"""Flow of values in JavaScript and TypeScript that the rules' examples do not have, with what ends it."""

from __future__ import annotations

import pytest

from gitprov.checks.security.check import judge
from gitprov.checks.security.rule import Catalog
from gitprov.flow.gates.security import rules

BOOK: Catalog = rules()
HANDLER = "app.get('/x', requireUser, async (req, res) => {{\n{}\n}});\n"
SQL, PATH, XSS, DOM = "sql-injection", "path-traversal", "reflected-xss", "dom-xss"
FLOWS = {
    "augmented": (SQL, "function f(db, a) { let q = 'SELECT * FROM t'; q += ' WHERE a = ' + a; db.query(q); }"),
    "attribute": (SQL, "function f(a) { this.q = 'DELETE FROM t WHERE a = ' + a; this.db.query(this.q); }"),
    "joined": (SQL, "function f(db, a) { db.query(['DELETE FROM t WHERE a = ', a].join('')); }"),
    "concat": (SQL, "function f(db, a) { db.query('DELETE FROM t WHERE a = '.concat(a)); }"),
    "options": (SQL, "function f(db, a) { db.query({ text: 'DELETE FROM t WHERE a = ' + a }); }"),
    "conditional": (SQL, "function f(db, a) { db.query(a ? 'DELETE FROM t WHERE a = ' + a : 'SELECT 1 FROM t'); }"),
    "default": (SQL, "function f(db, { a = 1, ...rest }) { db.query(`DELETE FROM t WHERE a = ${a || rest.b}`); }"),
    "each": (SQL, "function f(db, rows) { for (const row of rows) db.query(`DELETE FROM t WHERE a = ${row}`); }"),
    "raw": (SQL, "export const f = (knex, name) => knex('t').whereRaw(`a = '${name}'`);"),
    "closure": (SQL, "function f(db, a) { return () => db.query('DELETE FROM t WHERE a = ' + a); }"),
    "wrapped": (SQL, "async function f(db: Db, a: string) { await db.query((`DELETE FROM t WHERE a = ${a!}` as Q)); }"),
    "loop of itself": (SQL, "function f(db, a) { let q = a; q = 'DELETE FROM t WHERE ' + q; db.query(q); }"),
    "destructured": (PATH, "import fs from 'fs';\n" + HANDLER.format("const { name: n } = req.query; fs.readFile(n, cb);")),
    "listed": (PATH, "import fs from 'fs';\n" + HANDLER.format("const [n] = req.query.names; fs.readFile(n, cb);")),
    "keyed": (PATH, "import * as fs from 'fs';\n" + HANDLER.format("fs.readFile(req.headers['x-name'], cb);")),
    "indexed": (PATH, "import fs from 'fs';\n" + HANDLER.format("const n = req.query; fs.readFile(n[k], cb);")),
    "url": (PATH, "import fs from 'fs';\n" + HANDLER.format("fs.readFile(new URL(req.query.u).pathname, cb);")),
    "trimmed": (PATH, "import fs from 'fs';\n" + HANDLER.format("fs.readFile(req.query.n.trim(), cb);")),
    "assigned in a test": (PATH, "import fs from 'fs';\n" + HANDLER.format("let n; fs.readFile((n = req.query.n), cb);")),
    "handed in": (PATH, "import fs from 'fs';\napp.get('/x', async ({ query }, res) => { fs.readFile(query.n, cb); });"),
    "decorated": (PATH, "import fs from 'fs';\nclass A { get(@Query('n') n: string) { return fs.readFileSync(n); } }"),
    "arguments": ("command-injection", "import cp from 'child_process';\ncp.exec(process.argv[2]);"),
    "shell": ("command-injection", "import { spawn } from 'child_process';\nspawn('sh', ['-c', `ls ${name}`]);"),
    "promisified": ("command-injection", "const run = require('child_process').exec;\nexport const f = (a) => run('ls ' + a);"),
    "asked": ("code-injection", "eval(prompt('code'));"),
    "answered": (XSS, HANDLER.format("res.send(req.query.name);")),
    "first arrow": (DOM, "const f = x => { place.innerHTML = '<b>' + x; };"),
    "returned": (DOM, "place.innerHTML = items.map(function (item) { return `<li>${item.name}`; }).join('');"),
    "frame": (DOM, "function f(frame, text) { frame.srcdoc = text; }"),
    "page": ("open-redirect", "location.assign(new URLSearchParams(location.search).get('next'));"),
    "hook": ("request-forgery", HANDLER.format("await fetch({ url: req.body.url }, { signal });")),
    "spread": ("mass-assignment", HANDLER.format("await Item.create({ ...req.body });")),
    "prisma": ("mass-assignment", HANDLER.format("await prisma.item.create({ data: req.body });")),
    "merge": ("prototype-pollution", "const copy = (a, b) => { for (const k in b) { a[k] = typeof b[k] ? copy(a[k], b[k]) : 1; } copy(a[k]); };"),
}  # fmt: skip
CLEAN = {
    "cast": (SQL, "function f(db, a) { db.query(`DELETE FROM t WHERE a = ${Number(a)}`); }"),
    "number": (SQL, "function f(db: Db, a: number) { db.query(`DELETE FROM t WHERE a = ${a}`); }"),
    "number of a part": (SQL, "function f(db, rows) { db.query(`DELETE FROM t LIMIT ${rows.length} WHERE 1`); }"),
    "arithmetic": (SQL, "function f(db, a) { db.query('DELETE FROM t WHERE a = ' + a * 2); }"),
    "table": (SQL, "const T = { a: 'x' };\nfunction f(db, a) { db.query(`DELETE FROM t WHERE ${T[a]} = 1`); }"),
    "imported": (SQL, "import { column } from './names';\ndb.query(`DELETE FROM t WHERE ${column} = 1`);"),
    "in": (SQL, "function f(db, a) { if (!(a in T)) throw a; db.query(`DELETE FROM t WHERE ${a} = 1`); }"),
    "equal": (SQL, "function f(db, a) { if (a !== 'x') return; db.query(`DELETE FROM t WHERE ${a} = 1`); }"),
    "typed": (SQL, "function f(db, a) { if (typeof a !== 'number') throw a; db.query(`DELETE FROM t WHERE a = ${a}`); }"),
    "asserted": (SQL, "function f(db, a) { assertColumn(a); db.query(`DELETE FROM t WHERE ${a} = 1`); }"),
    "chosen": (SQL, "function f(db, a) { db.query(`DELETE FROM t WHERE ${ALL.includes(a) ? a : 'b'} = 1`); }"),
    "host": ("request-forgery", HANDLER.format(
        "const u = new URL(req.query.u); if (u.hostname !== 'a.example') return; await fetch(u, { signal });")),
    "own host": ("request-forgery", HANDLER.format("await fetch(`https://a.example/${req.query.id}`, { signal });")),
    "own path": ("request-forgery", HANDLER.format("await fetch(`/api/${req.query.id}`, { signal });")),
    "browser": ("request-forgery", "fetch(location.hash, { signal });"),
    "root": (PATH, HANDLER.format("res.sendFile(req.query.name, { root: 'x' });")),
    "plain": (XSS, HANDLER.format("res.type('text/plain').send(`a ${req.query.name}`);")),
    "object": (XSS, HANDLER.format("res.send(req.body);")),
    "function": ("code-injection", HANDLER.format("setTimeout(() => done(req.query.a), 1);")),
    "schema": ("mass-assignment", HANDLER.format("await Item.create(itemSchema.parse(req.body));")),
    "fields": ("mass-assignment", HANDLER.format("await Item.update(req.body, { fields: ['a'] });")),
    "chosen fields": ("mass-assignment", HANDLER.format("await Item.create(pick(req.body, ['a']));")),
    "no shell": ("command-injection", "import { spawn } from 'child_process';\nspawn('ls', [name], { shell: false });"),
    "not imported": ("command-injection", "regex.exec(text + name);"),
    "constant markup": (DOM, "place.outerHTML = `<b>${'x'}</b>`;"),
    "one key": ("prototype-pollution", HANDLER.format("table[req.body.a]['b'] = 1;")),
}  # fmt: skip
OTHERS = {
    "a client with a limit": (
        "call-without-timeout", False,
        "const c = require('axios').create({ timeout: 1 });\nasync function f() { await c.get('/x'); }"),
    "options in a variable": (
        "call-without-timeout", False, "async function f() { const o = { signal }; await fetch(URL, o); }"),
    "options without a limit": (
        "call-without-timeout", True, "async function f() { const o = { method: 'PUT' }; await fetch(URL, o); }"),
    "options from elsewhere": ("call-without-timeout", False, "async function f(options) { await fetch(URL, options); }"),
    "spread options": ("call-without-timeout", False, "async function f(o) { await fetch(URL, { ...o }); }"),
    "a function that is returned": ("call-unhandled", False, "const f = () => fetch(URL, { signal });"),
    "an error in a handler": (
        "call-unhandled", True, "async function f() { try { g(); } catch (e) { await fetch(URL, { signal }); } }"),
    "a route of a named handler": (
        "endpoint-without-authentication", False, "router.delete('/items/:id', items.remove);"),
    "a session for all": (
        "endpoint-without-authentication", True,
        "app.use(session({ secret }));\napp.delete('/users/:id', async (req, res) => { await db.remove(1); });"),
    "a list for all": (
        "endpoint-without-authentication", False,
        "app.use('/api', passport.authenticate('jwt'));\napp.delete('/users/:id', async (q, s) => { await db.remove(1); });"),
    "a public controller": (
        "endpoint-without-authentication", False, "@Controller('auth')\nclass A { @Post('x') f() { return 1; } }"),
    "a controller without a path": (
        "endpoint-without-authentication", True, "@Controller()\nclass A { @Post() f() { return 1; } }"),
    "a placeholder of a log": ("object-in-log", False, "console.log('%s came', user);"),
    "JSON of a log": ("object-in-log", True, "console.log(JSON.stringify(req.headers));"),
    "a sum of a log": ("secret-in-log", True, "console.log('token ' + (token));"),
    "a difference of a log": ("secret-in-log", False, "console.log('token ' + (password === x), items[0]);"),
    "a list of a log": ("secret-in-log", True, "log.info([name, apiKey]);"),
    "a field": ("hardcoded-secret", True, "class A { apiKey = 'k9Tq2vXw7LmZ'; }"),
    "a template": ("hardcoded-secret", False, "const password = `${a}`;"),
    "a signed token": ("hardcoded-secret", True, "import jwt from 'jsonwebtoken';\njwt.sign(x, 'k9Tq2vXw7LmZ!');"),
    "a format": ("hardcoded-secret", True, "use('AKIAQ3EGRIUVN4TZKHMW');"),
    "an initial value of a message": (
        "fixed-iv", False, "const iv = crypto.randomBytes(16);\ncrypto.createCipheriv('aes-256-cbc', key, iv);"),
    "an unknown initial value": ("fixed-iv", False, "crypto.createCipheriv('aes-256-cbc', key, iv);"),
    "a mocked token": ("predictable-random", False, "const mockToken = Math.random();"),
    "an archive that is listed": (
        "archive-extraction", False, "const a = require('adm-zip');\nlist(path.join(x, entry.entryName));"),
}  # fmt: skip


def ids(text: str, path: str = "src/app.ts") -> set[str]:
    """The rules that a text breaks, without their prefix."""
    judgement = judge(path, text, BOOK, lambda: 0.0)
    assert judgement.reasons == []
    return {row.rule.id.removeprefix("security/") for row in judgement.weaknesses}


def test_values_are_followed() -> None:
    """Through expressions and statements of each kind, to the call that uses them."""
    assert [name for name, (rule, text) in FLOWS.items() if rule not in ids(text)] == []


def test_harmless_values_are_not_reported() -> None:
    """Casts, tables, tests, schemas, hosts that are fixed."""
    assert [name for name, (rule, text) in CLEAN.items() if rule in ids(text)] == []


def test_calls_routes_logs_and_credentials() -> None:
    """What is reported beside values."""
    assert [name for name, (rule, bad, text) in OTHERS.items() if (rule in ids(text)) is not bad] == []


def test_placeholders_of_tests_are_in_their_place() -> None:
    """A key with a real format is a secret also in a test."""
    text = "const password = 'changeme', key = 'AKIAQ3EGRIUVN4TZKHMW';"
    assert ids(text, "src/app.test.js") == {"hardcoded-secret"}
    assert ids(text, "src/app.js") == {"hardcoded-secret", "placeholder-credential"}


def test_markup_of_components() -> None:
    """In both grammars with markup; calls of a page need no time limit."""
    text = "import React from 'react';\nexport const A = ({ b }) => <p dangerouslySetInnerHTML={{ __html: b }} />;\nfetch('/x');"
    for path in ("a.jsx", "a.tsx"):
        assert DOM in ids(text, path)
        assert "call-without-timeout" not in ids(text, path)


@pytest.mark.parametrize("suffix", ["js", "mjs", "cjs", "jsx", "ts", "mts", "cts", "tsx"])
def test_every_ending_is_judged(suffix: str) -> None:
    """Upper case as well."""
    assert ids("eval(a);", f"src/x.{suffix.upper()}") == {"code-injection"}
