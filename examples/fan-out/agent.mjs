#!/usr/bin/env node
// A coding agent without a model. It reads its prompt, runs the test it is told of, and tries small edits until the test passes.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What one may have mistaken for another. */
const mistakable = [
  ["<=", "<"],
  [">=", ">"],
  ["===", "!=="],
  ["&&", "||", "??"],
  [" + ", " - ", " * ", " / "],
  ["Math.floor(", "Math.ceil(", "Math.round("],
  ["Math.min(", "Math.max("],
  [".some(", ".every("],
  [".push(", ".unshift("],
  [".shift(", ".pop("],
  [".indexOf(", ".lastIndexOf("],
  [".startsWith(", ".endsWith("],
  [".padStart(", ".padEnd("],
  [".replace(", ".replaceAll("],
  [".toUpperCase(", ".toLowerCase(", ".trim("],
];

const prompt = readFileSync(0, "utf8");
const [, named] = /### Goal\n\n.*?(test\/[\w-]+\.test\.js)/.exec(prompt) ?? [];
const refusal = /could not be merged: it (.+)\.\n/.exec(prompt)?.[1];
const earlier = /The earlier change is commit ([0-9a-f]+)/.exec(prompt)?.[1];

for (const path of named === undefined ? allTests() : [named]) mend(path);

function mend(path) {
  const failing = firstFailure(path);
  if (failing === undefined) return named && say(`${path} passes already.`);
  say(`${path} fails: ${failing}`);
  if (refusal?.startsWith("conflict") && doAgain(path)) return;
  const found = search(path, candidatesFor(path));
  if (found === undefined) return say("I find no small edit that makes it pass.");
  say(`Edited ${found.path}, ${found.after.trim()} for ${found.before.trim()}: it passes now.`);
}

/** After a conflict: what the earlier commit did, in the lines as they are now. */
function doAgain(path) {
  say(`My work of ${earlier.slice(0, 10)} ${refusal}. I do the same in the lines as they are now.`);
  const found = search(path, editsOf(earlier).flatMap(matchingEdits));
  if (found !== undefined) say(`Edited ${found.path}: it passes now.`);
  return found !== undefined;
}

/** First what is near: the module itself, then what it imports. What others rely on stays as it is once that broke them. */
function candidatesFor(path) {
  const own = path.replace("test/", "src/").replace(".test.js", ".js");
  const near = swapsIn(own);
  if (refusal?.startsWith("breaks")) {
    say(`My work of ${earlier.slice(0, 10)} ${refusal}.`);
    say("Others rely on what I changed, so I leave it and change only how my module uses it.");
    return [...otherExports(own), ...near];
  }
  return [...near, ...importsOf(own).flatMap(({ path }) => swapsIn(path)), ...otherExports(own)];
}

function search(test, candidates) {
  for (const candidate of candidates) {
    const { path, at, before, after } = candidate;
    const source = readFileSync(path, "utf8");
    writeFileSync(path, source.slice(0, at) + after + source.slice(at + before.length));
    if (passes(test)) return candidate;
    writeFileSync(path, source);
  }
}

function swapsIn(path) {
  const source = readFileSync(path, "utf8");
  const swaps = mistakable.flatMap((group) =>
    group.flatMap((before) =>
      placesOf(source, before)
        .filter((at) => !group.some((longer) => longer.length > before.length && source.startsWith(longer, at)))
        .flatMap((at) => group.filter((after) => after !== before).map((after) => ({ path, at, before, after }))),
    ),
  );
  const numbers = [...source.matchAll(/\b\d+\b/g)].flatMap(({ 0: before, index: at }) =>
    [Number(before) + 1, Number(before) - 1].map((after) => ({ path, at, before, after: String(after) })),
  );
  return [...swaps, ...numbers];
}

/** `rounding.wholeCents` may have to be `rounding.nearestCent`. */
function otherExports(path) {
  const source = readFileSync(path, "utf8");
  return importsOf(path).flatMap(({ name, path: imported }) => {
    const names = [...readFileSync(imported, "utf8").matchAll(/export (?:function|const) (\w+)/g)].map(
      ([, exported]) => exported,
    );
    return names.flatMap((used) =>
      placesOf(source, `${name}.${used}`).flatMap((at) =>
        names
          .filter((other) => other !== used)
          .map((other) => ({ path, at, before: `${name}.${used}`, after: `${name}.${other}` })),
      ),
    );
  });
}

function importsOf(path) {
  const imports = readFileSync(path, "utf8").matchAll(/import .*?(\w+)(?: \})? from "\.\/([\w-]+\.js)"/g);
  return [...imports].map(([, name, file]) => ({ name, path: join("src", file) }));
}

/** The edits of a commit: path, the words before each, what was taken away and what was put there. */
function editsOf(commit) {
  const diff = execFileSync("git", ["show", "--format=", "--unified=0", commit, "--", "src"], { encoding: "utf8" });
  return [...diff.matchAll(/^\+\+\+ b\/(.+)\n@@.*\n-(.*)\n\+(.*)$/gm)].map(([, path, old, now]) => {
    let start = 0;
    while (start < now.length && old[start] === now[start]) start += 1;
    let end = 0;
    while (end < Math.min(old.length, now.length) - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
    const words = old.slice(Math.max(0, start - 20), start);
    return { path, words, before: old.slice(start, old.length - end), after: now.slice(start, now.length - end) };
  });
}

function matchingEdits({ path, words, before, after }) {
  const found = placesOf(readFileSync(path, "utf8"), words + before);
  return found.map((at) => ({ path, at, before: words + before, after: words + after }));
}

function placesOf(source, part) {
  const places = [];
  for (let at = source.indexOf(part); at >= 0; at = source.indexOf(part, at + 1)) places.push(at);
  return places;
}

function passes(test) {
  return firstFailure(test) === undefined;
}

/** The name of the first test that fails in a file. */
function firstFailure(test) {
  const { status, stdout } = spawnSync(process.execPath, [test], { encoding: "utf8", timeout: 10_000 });
  return status === 0 ? undefined : (/^not ok \d+ - (.*)$/m.exec(stdout)?.[1] ?? "it does not run");
}

function allTests() {
  return readdirSync("test").map((name) => `test/${name}`);
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
