import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { QuestionKind } from "../../domain/question.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { endThread } from "../support/end-thread.ts";
import { peakMemory } from "../support/peak-memory.ts";
import { writeFiles } from "../support/repository.ts";
import { fingerprint } from "../support/same-as-before.ts";
import { done, type Action, type Script } from "../support/script.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld();
  writeFiles(join(world.root, "bin"), {
    prose: "#!/bin/sh\necho 'Sure, I will do that.'\necho '{\"type\": broken'\n",
    silent: "#!/bin/sh\nexit 0\n",
    "no-interpreter": "#!/no/such/interpreter\n",
    binary: "\u007fELF nothing of the kind\n",
    plain: "echo x\n",
    "folder/file": "",
  });
  chmodSync(join(world.root, "bin", "binary"), 0o755);
});

afterAll(async () => {
  await world.close();
});

interface Asks {
  readonly name: string;
  readonly worker?: Record<string, unknown>;
  /** What the planned agent does in every attempt. */
  readonly does?: readonly Action[];
  readonly goal?: Record<string, unknown>;
  readonly env?: Record<string, string>;
  readonly kind?: QuestionKind;
  readonly says: RegExp;
}

const bin = (use: string, name: string) => ({ use, bin: `@bin/${name}` });
const stall = { BATON_STALL_MS: "1000" };

const asks: Asks[] = [
  { name: "is missing", worker: { use: "command", bin: "/nowhere/agent" }, says: /\/nowhere\/agent does not exist/ },
  { name: "is on no PATH", worker: { use: "command", bin: "no-such-agent" }, says: /no-such-agent.*not found on PATH/ },
  { name: "is not executable", worker: bin("command", "plain"), says: /plain is not executable/ },
  { name: "is a folder", worker: bin("command", "folder"), says: /folder is not executable/ },
  { name: "has no interpreter", worker: bin("command", "no-interpreter"), says: /interpreter/ },
  { name: "is no program of this machine", worker: bin("command", "binary"), says: /binary.*not (a|an) |exit code 12[67]|ELF/ },
  { name: "is codex and missing", worker: { use: "codex", bin: "/nowhere/codex" }, says: /\/nowhere\/codex/ },
  { name: "is claude and missing", worker: { use: "claude", bin: "/nowhere/claude" }, says: /\/nowhere\/claude/ },
  { name: "is codex and writes prose", worker: bin("codex", "prose"), says: /codex cannot work: failed/ },
  { name: "is claude and writes prose", worker: bin("claude", "prose"), says: /claude cannot work: failed/ },
  { name: "is codex and says nothing", worker: bin("codex", "silent"), says: /codex cannot work: failed/ },
  { name: "is claude and says nothing", worker: bin("claude", "silent"), says: /claude cannot work: failed/ },
  {
    name: "hangs",
    does: [
      ["flee", 600],
      ["sh", "sleep 600"],
    ],
    env: stall,
    says: /stalled|said nothing for 1 s/,
  },
  {
    name: "is killed for its memory each time",
    does: [
      ["flee", 600],
      ["kill", "SIGKILL"],
    ],
    says: /crashed.*SIGKILL/,
  },
  {
    name: "fails each time",
    does: [
      ["say", "I give up"],
      ["exit", 3],
    ],
    says: /exit code 3: I give up/,
  },
  { name: "writes an invalid result", does: [["failure", { reason: "nonsense" }]], says: /BATON_RESULT_FILE is invalid/ },
  {
    name: "ends well and does nothing, although every check passes",
    does: [],
    goal: { verify: ["true"], on_failure: { no_progress: 1, then: "ask" } },
    kind: "noProgress",
    says: /./,
  },
];

describe.concurrent("an agent that", () => {
  test.each(asks)("$name makes the thread ask, and leaves nothing running", async (row) => {
    const { worker, does = [], goal = {}, env = {}, kind = "agent", says } = row;
    const agents = worker && { worker: { ...worker, bin: String(worker["bin"]).replace("@bin", join(world.root, "bin")) } };
    const prepared = await world.prepare({ plan: { turns: { "*": does } }, goal: { ...(agents && { agents }), ...goal } });
    const was = fingerprint(prepared.repository.path);
    const thread = await world.run(prepared, { env });
    const { questions, status, turns } = await thread.asks();
    expect(status).toBe("waiting");
    expect(questions).toMatchObject([{ kind, next: expect.stringContaining(thread.id) }]);
    expect(JSON.stringify(questions)).toMatch(says);
    expect(JSON.stringify(questions)).not.toContain("node_modules");
    expect(turns.every(({ passed = 0 }) => passed === 0 || kind === "noProgress")).toBe(true);
    expect(world.processesOf(thread.id)).toEqual([]);
    await endThread(world, thread);
    expect(fingerprint(prepared.repository.path)).toEqual(was);
  });
});

interface Works {
  readonly name: string;
  readonly turns: (repository: string) => Record<string, readonly Action[]>;
  readonly attempts?: readonly string[];
  /** Names in the delivered tree. */
  readonly delivers?: readonly string[];
}

const cheat = (script: string): readonly Action[] => [
  ["sh", script],
  ["append", ["log", "x"]],
];

const works: Works[] = [
  {
    name: "is killed once goes on with what it had done",
    turns: () => ({
      "1.1": [
        ["write", ["half", "1"]],
        ["kill", "SIGKILL"],
      ],
      "1.2": [done],
    }),
    attempts: ["1.1", "1.2"],
    delivers: ["README.md", "done", "half"],
  },
  { name: "prints a gigabyte costs the host no memory", turns: () => ({ 1: [["print", 1024], done] }) },
  {
    name: "prints bytes that are no text is quoted harmlessly",
    turns: () => ({
      1: [["sh", "head -c 300000 /dev/urandom; printf '\\033[2J\\000\\377'"], ["message", "a\0b\u001b[2J \ud800"], done],
    }),
  },
  {
    name: "leaves processes behind loses them",
    turns: () => ({ 1: [["flee", 600], ["sh", "sleep 600 & nohup sleep 601 >/dev/null 2>&1 &"], done] }),
  },
  {
    name: "leaves pipes, sockets and links in its folders",
    turns: () => ({
      1: [["sh", 'mkfifo pipe "$BATON_SESSION_DIR/pipe"; ln -s / "$BATON_SESSION_DIR/root"; ln -s . loop'], done],
    }),
    delivers: ["README.md", "done", "loop"],
  },
  {
    name: "puts the wanted file into the place of verification is not believed",
    turns: () => ({
      1: cheat("mkdir -p ../verify/tree && touch ../verify/tree/done"),
      2: cheat("touch ../verify/tree/done; echo rubbish > ../verify/tree.index; printf done > ../verify/tree/.git/info/exclude"),
      3: [done],
    }),
    attempts: ["1.1", "2.1", "3.1"],
    delivers: ["README.md", "done", "log"],
  },
  {
    name: "puts a link to the person's repository into the place of verification does no harm",
    turns: (repository) => ({
      1: cheat(`mkdir -p ../verify && ln -s '${repository}' ../verify/tree`),
      2: cheat(`rm -rf ../verify/tree && ln -s '${repository}' ../verify/tree`),
      3: [done],
    }),
    attempts: ["1.1", "2.1", "3.1"],
    delivers: ["README.md", "done", "log"],
  },
  {
    name: "puts a link to the person's repository in place of its work tree is told that nothing is there",
    turns: (repository) => ({
      1: [["sh", `here="$PWD"; cd .. && mv "$here" gone && ln -s '${repository}' "$here"`]],
      2: [["sh", "git status --porcelain > seen && git checkout -q HEAD~1 -- README.md"], done],
    }),
    attempts: ["1.1", "2.1"],
    delivers: ["README.md", "done", "seen"],
  },
  {
    name: "removes its whole work tree gets an empty one",
    turns: () => ({ 1: [["sh", 'rm -rf "$PWD"']], 2: [["sh", "git checkout -q HEAD~1 -- README.md"], done] }),
    attempts: ["1.1", "2.1"],
    delivers: ["README.md", "done"],
  },
  {
    name: "removes .git and needs it again gets a new one",
    turns: (repository) => ({
      1: [
        ["sh", `rm -rf .git && ln -s '${repository}/.git' .git`],
        ["write", ["one", "1"]],
      ],
      2: [["sh", "git add -A && git diff --cached --name-only > staged && git rev-parse --show-toplevel"], done],
    }),
    attempts: ["1.1", "2.1"],
    delivers: ["README.md", "done", "one", "staged"],
  },
  {
    name: "points its .git at the person's repository before it is killed does no harm",
    turns: (repository) => ({
      "1.1": [
        [
          "sh",
          `rm -r .git/refs .git/HEAD && ln -s '${repository}/.git/refs' .git/refs && ln -s '${repository}/.git/HEAD' .git/HEAD`,
        ],
        ["kill", "SIGKILL"],
      ],
      "1.2": [done],
    }),
    attempts: ["1.1", "1.2"],
    delivers: ["README.md", "done"],
  },
  {
    name: "takes all permissions away from its work tree",
    turns: () => ({ 1: [done, ["sh", "mkdir d && echo x > d/f && chmod 000 d/f d done ."]] }),
    delivers: ["README.md", "d/f", "done"],
  },
];

describe.concurrent("an agent that", () => {
  test.each(works)("$name", async ({ turns, attempts = ["1.1"], delivers }) => {
    const prepared = await world.prepare({ plan: { turns: {} } });
    const { repository } = prepared;
    repository.write({ "uncommitted.txt": "mine\n", "README.md": "edited\n" });
    const was = fingerprint(repository.path);
    writeFileSync(planOf(prepared.script), JSON.stringify({ turns: turns(repository.path) }));
    const thread = await world.run(prepared);
    await thread.settled();
    expect(thread.script.attempts()).toEqual(attempts);
    expect(fingerprint(repository.path)).toEqual(was);
    const names = (await repository.git("ls-tree", "-r", "--name-only", thread.branch)).split("\n");
    if (delivers !== undefined) expect(names).toEqual(delivers);
    expect(world.processesOf(thread.id)).toEqual([]);
    expect(peakMemory(world.pids()["host"])).toBeLessThan(600);
    expect(peakMemory(world.pids()["hub"])).toBeLessThan(400);
  });
});

function planOf({ agents }: Script): string {
  const { env } = agents["worker"] as { env: readonly string[] };
  return env[0]?.replace("PLAN=", "") ?? "";
}
