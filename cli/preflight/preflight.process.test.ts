import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { parseGoal } from "../../config/goal-file/parse-goal.ts";
import { inspectBase } from "./inspect-base.ts";
import { preflight } from "./preflight.ts";
import { tryCommands } from "./try-commands.ts";

const top = realpathSync(mkdtempSync(join(tmpdir(), "baton-preflight-")));
afterAll(() => rmSync(top, { recursive: true, force: true }));

// What this file leaves behind must not be mixed up with what other runs do at the same time.
process.env["TMPDIR"] = top;
let root = "";
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", ...args], {
    cwd: root,
    stdio: "pipe",
  })
    .toString()
    .trim();

beforeEach(() => {
  root = join(top, `r${readdirSync(top).length} with space`);
  mkdirSync(root);
});

function commit(files: Record<string, string>): string {
  git("init", "-q", ".");
  for (const [path, content] of Object.entries(files)) writeFileSync(join(root, path), content);
  git("add", "-A");
  git("commit", "-q", "-m", "x", "--allow-empty");
  return git("rev-parse", "HEAD");
}

const goalOf = (rest: string) =>
  parseGoal(`goal: All tests pass in src/cart\nagents: { worker: { use: command, run: cat } }\n${rest}`, join(root, "goal.yaml"));
const inspect = async (rest = "verify: [a]") => {
  const { base, findings } = await inspectBase(root, { goal: goalOf(rest), path: join(root, "goal.yaml") });
  return {
    base,
    lines: findings.map(({ severity, where, text }) => `${severity} ${where.replace(root, ".")}: ${text.replace(root, ".")}`),
  };
};

describe("the repository's inspection", () => {
  it.each<[string, () => void, string]>([
    ["no repository", () => undefined, "error .: . is not a git repository"],
    ["a bare repository", () => git("init", "-q", "--bare", "."), "error .: . is a bare repository: there is no work tree"],
    ["no commit", () => git("init", "-q", "."), "error .: The repository has no commit yet"],
  ])("ends with an error for %s", async (_name, prepare, expected) => {
    prepare();
    expect(await inspect()).toEqual({ base: undefined, lines: [expected] });
  });

  it("finds nothing in a clean one, the goal file's own changes set aside", async () => {
    const head = commit({ "a.txt": "a" });
    writeFileSync(join(root, "goal.yaml"), "x");
    expect(await inspect()).toEqual({ base: { root, commit: head }, lines: [] });
  });

  it("notes what a checkout would lack", async () => {
    commit({ "a.txt": "a", ".gitattributes": "*.bin filter=lfs diff=lfs\n", ".gitmodules": "" });
    git("checkout", "-q", "--detach");
    writeFileSync(join(root, "-new"), "x");
    const { lines } = await inspect("verify: [a]\nscope: { allow: ['a.*', 'b/**'] }\ndeliver: { push: origin }");
    expect(lines).toEqual([
      "warning .: is on no branch (detached HEAD)",
      "warning .: keeps files in Git LFS: checkouts hold only pointers to them",
      "warning .: has submodules, empty in checkouts",
      "warning .: has 1 uncommitted change that the work would not start from",
      "warning scope.allow.1: b/** matches no file of the base commit",
      "error deliver.push: there is no remote origin",
    ]);
  });

  it("notes a shallow clone", async () => {
    commit({ "a.txt": "a" });
    git("commit", "-q", "--allow-empty", "-m", "y");
    const source = root;
    root = `${root}-clone`;
    mkdirSync(root);
    git("clone", "-q", "--depth", "1", `file://${source}`, ".");
    const { base, lines } = await inspect();
    expect(lines).toEqual(["warning .: is a shallow clone: the agent sees little history"]);
    const trial = await attempt(base!, "verify: [test -f a.txt]");
    expect(trial.checks).toMatchObject([{ status: "passed" }]);
  });
});

const attempt = (base: { root: string; commit: string }, rest: string, signal = new AbortController().signal) =>
  tryCommands({ base, goal: goalOf(rest), host: process.env, signal, onStep: () => undefined });
const leftOver = () => readdirSync(tmpdir()).filter((name) => name.startsWith("baton-check-"));

describe("the goal's commands on the base commit", () => {
  it("run in a clean checkout after setup, and leave nothing behind", async () => {
    const before = leftOver();
    const head = commit({ "a.txt": "committed" });
    writeFileSync(join(root, "a.txt"), "changed");
    const rest =
      'setup: echo ready > built\nverify: [\'test "$(cat a.txt built)" = "committedready"\', "touch made; rm a.txt; exit 3", nosuchcommand-x]';
    const trial = await attempt({ root, commit: head }, rest);
    expect(trial.setup).toMatchObject({ ok: true });
    expect(trial.checks.map(({ status, reason }) => ({ status, reason }))).toEqual([
      { status: "passed", reason: undefined },
      { status: "failed", reason: "exit code 3" },
      { status: "not run", reason: "command not found (exit code 127)" },
    ]);
    expect(readdirSync(root).toSorted()).toEqual([".git", "a.txt"]);
    expect(git("status", "--porcelain")).toBe("M a.txt");
    expect(leftOver()).toEqual(before);
  });

  it("are those of merged results as well, each once", async () => {
    const head = commit({});
    const fanOut = "fan_out: { tasks: [a], template: { goal: g, verify: [x] }, merge: { verify: [exit 2, echo x >> ran] } }";
    const trial = await attempt(
      { root, commit: head },
      `verify: ["echo x >> ran; test $(wc -l < ran) -eq 1", echo x >> ran]\n${fanOut}`,
    );
    expect(trial.checks.map(({ status }) => status)).toEqual(["passed", "passed"]);
    expect(trial.mergeChecks).toMatchObject([
      { name: "exit 2", status: "failed" },
      { name: "echo x >> ran", status: "passed" },
    ]);
  });

  it("are not run when setup fails", async () => {
    const head = commit({});
    const trial = await attempt({ root, commit: head }, "setup: echo broken >&2; exit 4\nverify: [touch x]");
    expect(trial).toMatchObject({ setup: { ok: false, reason: "exit code 4", tail: "broken" }, checks: [] });
  });

  it("stop when the person does", async () => {
    const head = commit({});
    const controller = new AbortController();
    const goal = goalOf("verify: [sleep 60, sleep 60]");
    const onStep = (text: string) => text === "running sleep 60" && controller.abort();
    const trial = await tryCommands({ base: { root, commit: head }, goal, host: process.env, signal: controller.signal, onStep });
    expect(trial.checks).toMatchObject([{ status: "not run", reason: "canceled" }]);
  });
});

describe("a preflight", () => {
  const text =
    "goal: All tests pass in src/cart\nverify: [test -f done.txt]\nbudget: { tokens: 1M }\nscope: { protect: [a.txt] }\n";
  const request = () => ({
    path: join(root, "goal.yaml"),
    cwd: root,
    host: process.env,
    run: true,
    signal: new AbortController().signal,
    onStep: () => undefined,
  });

  it("is ready when nothing but the goal itself fails", async () => {
    commit({ "a.txt": "", "goal.yaml": `${text}agents: { worker: { use: command, run: cat } }` });
    const report = await preflight(request());
    expect(report).toMatchObject({ ok: true, findings: [], agents: [{ role: "worker", path: "/bin/sh" }], cost: { turns: 2 } });
    expect(report.trial?.checks).toMatchObject([{ status: "failed", reason: "exit code 1" }]);
  });

  it("is not ready without its agent or with a placeholder for it", async () => {
    commit({ "a.txt": "", "goal.yaml": `${text}agents: { worker: { use: command, bin: /no/such/agent } }` });
    expect(await preflight({ ...request(), run: false })).toMatchObject({
      ok: false,
      trial: null,
      findings: [{ severity: "error", where: "agents.worker", text: "/no/such/agent does not exist" }],
    });
    writeFileSync(
      join(root, "goal.yaml"),
      `${text}agents: { worker: { use: command, run: "echo to be replaced in goal.yaml" } }`,
    );
    expect(await preflight({ ...request(), run: false })).toMatchObject({
      ok: false,
      findings: [{ severity: "error", where: "agents.worker", text: "is still the placeholder" }],
    });
  });
});
