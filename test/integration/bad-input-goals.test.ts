import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeRepository } from "../support/repository.ts";
import { runBaton } from "../support/run-baton.ts";

const root = mkdtempSync(join(tmpdir(), "baton-goals-"));
const env = {
  PATH: process.env["PATH"] ?? "",
  HOME: root,
  BATON_STATE_DIR: join(root, "state"),
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@b",
};

beforeAll(async () => {
  await makeRepository(join(root, "repo"), { files: { "README.md": "sample\n" }, env });
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const worker = "agents: { worker: { use: command, bin: /bin/true } }\n";
const good = `goal: It works\nverify: ["true"]\n${worker}`;

interface Row {
  readonly name: string;
  readonly yaml: string;
  /** Line and column that the message names. */
  readonly at: string;
  readonly says: RegExp;
}

const rows: Row[] = [
  { name: "broken YAML", yaml: `goal: "It works\nverify: [\n`, at: "3:1", says: /quote|closing|Missing/i },
  { name: "tabs as indentation", yaml: `${good}budget:\n\tturns: 3\n`, at: "5:1", says: /tab/i },
  { name: "the same key twice", yaml: `${good}goal: Another\n`, at: "4:1", says: /unique|twice|duplicate/i },
  { name: "two documents", yaml: `${good}---\n${good}`, at: "4:1", says: /document/i },
  { name: "a list", yaml: "- goal: x\n", at: "1:1", says: /mapping|object|keys/i },
  { name: "an unknown key", yaml: `${good}budgets: { turns: 3 }\n`, at: "4:1", says: /budgets.*budget/s },
  { name: "an unknown key inside", yaml: `${good}budget: { turn: 3 }\n`, at: "4:11", says: /turn.*turns/s },
  { name: "a number as the goal", yaml: `goal: 42\nverify: ["true"]\n${worker}`, at: "1:7", says: /goal/ },
  { name: "a text where a list is wanted", yaml: `${good}done: It works\n`, at: "4:7", says: /list|array/i },
  { name: "an empty goal", yaml: `goal: ""\nverify: ["true"]\n${worker}`, at: "1:7", says: /empty|goal/i },
  { name: "no turns", yaml: `${good}budget: { turns: 0 }\n`, at: "4:18", says: /turns/ },
  { name: "a negative price", yaml: `${good}budget: { usd: -1 }\n`, at: "4:16", says: /usd/ },
  { name: "half a turn", yaml: `${good}budget: { turns: 1.5 }\n`, at: "4:18", says: /whole|turns/ },
  { name: "a time without a unit", yaml: `${good}budget: { time: 90 }\n`, at: "4:17", says: /unit|90/ },
  { name: "a time of another kind", yaml: `${good}budget: { time: "8 parsecs" }\n`, at: "4:17", says: /parsecs/ },
  { name: "turns of more time than all", yaml: `${good}budget: { time: 1h, turn_time: 2h }\n`, at: "4:32", says: /turn_time/ },
  { name: "infinite tokens", yaml: `${good}budget: { tokens: .inf }\n`, at: "4:19", says: /tokens/ },
  { name: "no oracle", yaml: `goal: It works\n${worker}`, at: "1:1", says: /verify|judge/ },
  {
    name: "an unknown agent",
    yaml: `goal: x\nverify: ["true"]\nagents: { worker: { use: codexx } }\n`,
    at: "3:26",
    says: /codex/,
  },
  {
    name: "a command without a program",
    yaml: `goal: x\nverify: ["true"]\nagents: { worker: { use: command } }\n`,
    at: "3:19",
    says: /bin/,
  },
  {
    name: "a pattern that is none",
    yaml: `goal: x\nverify: [{ name: a, run: "true", metric: { match: "(", at_most: 1 } }]\n${worker}`,
    at: "2:51",
    says: /pattern|expression/i,
  },
  {
    name: "two checks of a name",
    yaml: `goal: x\nverify: [{ name: a, run: "true" }, { name: a, run: "false" }]\n${worker}`,
    at: "2:44",
    says: /name/,
  },
  { name: "a branch that is none", yaml: `${good}deliver: { branch: "baton/a..b" }\n`, at: "4:20", says: /branch/ },
  { name: "a branch of the person's", yaml: `${good}deliver: { branch: main }\n`, at: "4:20", says: /baton\// },
];

describe.concurrent("a goal file with", () => {
  test.each(rows)("$name is refused with its place", async ({ name, yaml, at, says }) => {
    const file = join(root, `${name.replaceAll(/\W/g, "-")}.yaml`);
    writeFileSync(file, yaml);
    const ran = await runBaton(["run", file], { env, cwd: join(root, "repo") });
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining(`.yaml:${at}`) });
    expect(ran.stderr).toMatch(says);
    expect(ran.stderr).not.toMatch(/\n {4}at |bug/);
    expect(existsSync(env.BATON_STATE_DIR)).toBe(false);
  });
});

interface Place {
  readonly name: string;
  readonly make: (path: string) => void;
  readonly says: RegExp;
}

const places: Place[] = [
  { name: "missing", make: () => undefined, says: /does not exist[\s\S]*baton init/ },
  { name: "a folder", make: (path) => mkdirSync(path), says: /is a folder/ },
  { name: "a pipe", make: (path) => execFileSync("mkfifo", [path]), says: /not a regular file/ },
  { name: "a link to itself", make: (path) => symlinkSync(path, path), says: /cannot be read/ },
  { name: "empty", make: (path) => writeFileSync(path, ""), says: /empty|goal/ },
  { name: "not UTF-8", make: (path) => writeFileSync(path, Buffer.from(good.replace("It", "\xe9"), "latin1")), says: /UTF-8/ },
  { name: "2 MB large", make: (path) => writeFileSync(path, "#".repeat(2 ** 21)), says: /at most 1 MiB/ },
  { name: "a bomb of references", make: (path) => writeFileSync(path, bomb()), says: /alias|anchor/i },
];

describe.concurrent("a goal file that is", () => {
  test.each(places)("$name is refused", async ({ name, make, says }) => {
    const path = join(root, `place ${name}.yaml`);
    make(path);
    const ran = await runBaton(["run", path], { env, cwd: join(root, "repo"), timeoutMs: 20_000 });
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(says) });
    expect(existsSync(env.BATON_STATE_DIR)).toBe(false);
  });
});

function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let n = 1; n < 10; n += 1) lines.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(", ")}]`);
  return `${lines.join("\n")}\n`;
}
