"""Rules of JavaScript and TypeScript."""

from __future__ import annotations

from gitprov.checks.nondeterminism.hazard import HIGH, LOW, MEDIUM, SCRIPT, Hazard

HAZARDS = (
    Hazard(
        "js-random",
        SCRIPT,
        LOW,
        MEDIUM,
        "{} cannot be seeded, and the result differs in each run",
        "take a generator with a seed as a parameter",
        "a default value of a parameter, a fallback, pauses and jitter, log lines, `seedrandom`",
        bad="""\
export function pick(names) {
  return names[Math.floor(Math.random() * names.length)];
}
""",
        good="""\
export function pick(names, random = Math.random) {
  return names[Math.floor(random() * names.length)];
}
const delay = (attempt) => 2 ** attempt * 100 + Math.random() * 50;
""",
    ),
    Hazard(
        "js-clock",
        SCRIPT,
        LOW,
        MEDIUM,
        "{}: the result depends on the moment of the run",
        "take the moment as a parameter (now = new Date())",
        "a default value of a parameter, durations, deadlines, comparisons, log lines, fake timers",
        bad="""\
export function report(rows) {
  return { rows, created: new Date().toISOString() };
}
""",
        good="""\
export function report(rows, now = new Date()) {
  return { rows, created: now.toISOString() };
}
export function timed(action) {
  const start = Date.now();
  action();
  console.log(`done at ${new Date().toISOString()}`);
  return Date.now() - start;
}
""",
    ),
    Hazard(
        "js-uuid",
        SCRIPT,
        LOW,
        MEDIUM,
        "{} makes another identifier in each run",
        "take the identifier, or a factory of it, as a parameter",
        "a default value of a parameter, a fallback, ids of requests, sessions and traces, log lines",
        bad="""\
export function order(items) {
  return { id: crypto.randomUUID(), items };
}
""",
        good="""\
export function order(items, id = crypto.randomUUID()) {
  return { id, items };
}
""",
    ),
    Hazard(
        "js-locale",
        SCRIPT,
        LOW,
        MEDIUM,
        "{} without a locale takes that of the machine, and its time zone",
        "name the locale and the timeZone, or write an ISO form",
        "a locale that is named, texts of a page (JSX), log lines",
        bad="""\
export function heading(day) {
  return "Report of " + day.toLocaleDateString();
}
""",
        good="""\
export function heading(day) {
  return "Report of " + day.toLocaleDateString("en-GB", { timeZone: "UTC" });
}
""",
    ),
    Hazard(
        "js-key-order",
        SCRIPT,
        LOW,
        LOW,
        "a hash of {} depends on the order in which keys were set",
        "sort the keys before hashing",
        "object literals, a replacer, sorted keys",
        bad="""\
import { createHash } from "node:crypto";
export function digest(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
""",
        good="""\
import { createHash } from "node:crypto";
export function digest(value) {
  const keys = Object.keys(value).sort();
  return createHash("sha256").update(JSON.stringify(value, keys)).digest("hex");
}
""",
    ),
    Hazard(
        "js-directory-order",
        SCRIPT,
        MEDIUM,
        MEDIUM,
        "the result of {}, and no file system promises its order",
        "sort the entries: .sort()",
        "`.sort()`, `.length`, `.includes()`, `.some()`, `.every()`, loops that fix no order",
        bad="""\
import fs from "node:fs";
export function modules(folder) {
  const names = fs.readdirSync(folder);
  return names.filter((name) => name.endsWith(".js"));
}
""",
        good="""\
import fs from "node:fs";
export function modules(folder) {
  const names = fs.readdirSync(folder);
  names.sort();
  return names;
}
export const isEmpty = (folder) => fs.readdirSync(folder).length === 0;
""",
    ),
    Hazard(
        "js-completion-order",
        SCRIPT,
        MEDIUM,
        HIGH,
        "{} after an await: the order is the one in which callbacks end",
        "return the value and use what Promise.all resolves to, or sort",
        "values that are returned or kept by index, `.sort()`",
        bad="""\
export async function loadAll(load, names) {
  const results = [];
  await Promise.all(names.map(async (name) => {
    results.push(await load(name));
  }));
  return results;
}
""",
        good="""\
export async function loadAll(load, names) {
  return Promise.all(names.map(async (name) => await load(name)));
}
""",
    ),
    Hazard(
        "js-race",
        SCRIPT,
        LOW,
        MEDIUM,
        "{} takes whichever promise ends first",
        "await all of them, and choose by a rule",
        "a race against a time limit, a delay or a signal",
        bad="""\
export function fastest(load, mirrors) {
  return Promise.race(mirrors.map((mirror) => load(mirror)));
}
""",
        good="""\
export function limited(work, timeout) {
  return Promise.race([work, timeout(1000)]);
}
""",
    ),
)
"""In the order of the documentation."""
