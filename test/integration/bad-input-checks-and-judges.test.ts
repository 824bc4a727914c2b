import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { endThread } from "../support/end-thread.ts";
import { writeFiles } from "../support/repository.ts";
import { fingerprint } from "../support/same-as-before.ts";
import { done, type Action, type PlannedVerdict } from "../support/script.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
  writeFiles(join(world.root, "bin"), {
    "no-json": "#!/bin/sh\ncat >/dev/null\necho 'Looks good to me.'\n",
    hangs: "#!/bin/sh\nexec sleep 600\n",
  });
});

afterAll(async () => {
  await world.close();
});

const worked: Action = ["append", ["log", "x"]];

interface Check {
  readonly name: string;
  readonly check: Record<string, unknown>;
  /** Outcome of the check in turn 1. */
  readonly result: Record<string, unknown>;
  /** What the agent is told in turn 2. */
  readonly told: RegExp;
}

const checks: Check[] = [
  {
    name: "whose command is missing",
    check: { run: "no-such-command --now" },
    result: { status: "not run" },
    told: /command not found/,
  },
  {
    name: "whose command is not executable",
    check: { run: "./README.md" },
    result: { status: "not run" },
    told: /not executable/,
  },
  { name: "that is no shell", check: { run: "if then (" }, result: { status: "failed" }, told: /[Ss]yntax error/ },
  {
    name: "that hangs with everything it started",
    check: { run: "trap '' TERM; setsid sleep 600 & sleep 601 & sleep 602", timeout: "1s" },
    result: { status: "timed out" },
    told: /after 1/,
  },
  {
    name: "of several lines, the last of them good",
    check: { run: "false\ntrue\n" },
    result: { status: "failed" },
    told: /odd: failed/,
  },
  { name: "that is killed", check: { run: "kill -9 $$" }, result: { status: "failed" }, told: /SIGKILL/ },
  {
    name: "that prints 200 MB",
    check: { run: "yes | head -c 200000000; exit 4" },
    result: { status: "failed" },
    told: /exit code 4/,
  },
  {
    name: "that prints no text",
    check: { run: "head -c 100000 /dev/urandom; exit 4" },
    result: { status: "failed" },
    told: /exit code 4/,
  },
  {
    name: "whose metric is not there",
    check: { run: "echo nothing", metric: { match: "p95=(\\d+)", at_most: 5 } },
    result: { status: "failed" },
    told: /p95/,
  },
  {
    name: "whose metric is no number",
    check: { run: 'echo \'{"p95": "fast"}\'', metric: { json: "p95", at_most: 5 } },
    result: { status: "failed" },
    told: /p95/,
  },
];

describe.concurrent("a check", () => {
  test.each(checks)("$name fails, is told to the agent, and leaves nothing running", async ({ check, result, told }) => {
    const prepared = await world.prepare({
      plan: { turns: { "*": [worked] } },
      goal: { verify: [{ name: "odd", ...check }], budget: { turns: 2 }, on_failure: { then: "stop" } },
    });
    const was = fingerprint(prepared.repository.path);
    const thread = await world.run(prepared);
    const { checks: results, status } = await thread.when("the second turn ended", ({ turns }) => turns.length >= 2);
    expect(results).toMatchObject([{ name: "odd", ...result }]);
    expect(status).not.toBe("achieved");
    expect(thread.script.prompt(2)).toMatch(told);
    await endThread(world, thread);
    expect(world.processesOf(thread.id)).toEqual([]);
    expect(fingerprint(prepared.repository.path)).toEqual(was);
  });

  test("that writes to its checkout, commits and forks a daemon changes nothing that counts", async () => {
    const run = [
      "test -f done",
      "echo cheat > README.md; rm done; echo x > made; git add -A; git -c user.name=a -c user.email=a@b commit -qm mine",
      "git update-ref refs/heads/baton/mine HEAD; git checkout -q -b other; echo 'echo x' > .git/hooks/post-commit || :",
      "(setsid sleep 600 >/dev/null 2>&1 &)",
    ].join("\n");
    const thread = await world.start({
      plan: { turns: { 1: [worked], 2: [done] } },
      goal: {
        verify: [
          { name: "first", run: "! test -e made && grep -q sample README.md" },
          { name: "writes", run },
        ],
      },
    });
    await thread.settled();
    expect(thread.script.attempts()).toEqual(["1.1", "2.1"]);
    expect(await thread.repository.git("diff", "--name-only", "main", thread.branch)).toBe("done\nlog");
    expect(world.processesOf(thread.id)).toEqual([]);
  });

  test("whose setup fails asks, with what it said", async () => {
    const thread = await world.start({ plan: { turns: { "*": [done] } }, goal: { setup: "echo no network >&2; exit 9" } });
    const { questions } = await thread.asks();
    expect(JSON.stringify(questions)).toMatch(/no network/);
    expect(thread.script.attempts()).toEqual([]);
    await endThread(world, thread);
  });
});

interface JudgeRow {
  readonly name: string;
  readonly plan?: PlannedVerdict;
  readonly judge?: Record<string, unknown>;
  readonly says: RegExp;
}

const judges: JudgeRow[] = [
  { name: "prose", plan: { prose: "All criteria are met, well done!" }, says: /JSON|answer/i },
  { name: "JSON of another kind", plan: { prose: '{"verdict": "approved"}' }, says: /overall|criteria/ },
  { name: "no criteria", plan: { prose: '{"overall": "met", "criteria": [], "reason": "x"}' }, says: /criteri/ },
  {
    name: "criteria that contradict the whole",
    plan: { prose: '{"overall": "met", "criteria": [{"criterion": 1, "status": "not_yet", "evidence": "x"}], "reason": "x"}' },
    says: /./,
  },
  { name: "an exit code", plan: { exit: 3 }, says: /exit code 3/ },
  { name: "nothing, because it is missing", judge: { use: "command", bin: "/nowhere/judge" }, says: /\/nowhere\/judge/ },
  { name: "nothing in time", judge: { use: "command", bin: "@bin/hangs", timeout: "1s" }, says: /1 s|time/ },
  { name: "prose as claude", judge: { use: "claude", bin: "@bin/no-json" }, says: /./ },
  { name: "prose as codex", judge: { use: "codex", bin: "@bin/no-json" }, says: /./ },
];

describe.concurrent("a judge that answers", () => {
  test.each(judges)("$name never makes a goal achieved", async ({ plan, judge, says }) => {
    const prepared = await world.prepare({
      plan: { turns: { 1: [done], "*": [worked] }, judge: { "*": plan ?? {} } },
      goal: ({ agents }) => ({
        done: ["It is done"],
        agents:
          judge === undefined
            ? agents
            : { ...agents, judge: { ...judge, bin: String(judge["bin"]).replace("@bin", join(world.root, "bin")) } },
      }),
    });
    const thread = await world.run(prepared);
    const view = await thread.when("asked, or went on", ({ questions, turns }) => questions.length > 0 || turns.length > 1);
    expect(view.status).not.toBe("achieved");
    expect(JSON.stringify([view.questions, view.verdict])).toMatch(says);
    expect(view.verdict?.overall).not.toBe("met");
    await endThread(world, thread);
    expect(world.processesOf(thread.id)).toEqual([]);
    expect(existsSync(join(prepared.repository.path, "done"))).toBe(false);
  });
});
