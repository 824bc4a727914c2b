import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { TranscriptEntry } from "../../domain/transcript.ts";
import type { BatonWorld } from "./baton-world.ts";
import { processesWith } from "./processes.ts";
import type { TestThread } from "./test-thread.ts";
import { until } from "./until.ts";

/** What a settled thread must look like whatever happened to its hosts. */
export interface Expected {
  /** Number of turns; whatever the thread says when absent. */
  readonly turns?: number;
  /** Tree of the branch, as an undisturbed run made it. */
  readonly tree?: string;
}

type Finding = string | false;

export const invariantNames = [
  "every turn is committed once, in order",
  "the commits are one line from the base",
  "epochs of commits and transcript never go back",
  "the hub's record is at the thread's epoch",
  "no process is left",
  "the budget is the sum of the turns",
  "verdict and tree are those of an undisturbed run",
  "the user's repository is untouched",
  "the hub's store is sound",
] as const;

/** Checks everything that must hold of a settled thread; gives what does not. */
export async function violations(world: BatonWorld, thread: TestThread, expected: Expected = {}): Promise<string[]> {
  // The next fault may have hit whoever answers.
  const view = await until(() => thread.view(), { why: `${thread.id} answers` });
  const found: Finding[] = [
    ...(await branchFindings(thread, view, expected)),
    ...epochFindings(world, thread, view),
    ...budgetFindings(view),
    ...(await repositoryFindings(thread)),
    await storeFinding(world),
    await processFinding(thread),
  ];
  return found.filter((each): each is string => each !== false).map((each) => `${thread.id}: ${each}`);
}

async function branchFindings(thread: TestThread, view: ThreadView, expected: Expected): Promise<Finding[]> {
  const { repository, branch } = thread;
  const turns = await thread.committedTurns();
  const wanted = Array.from({ length: expected.turns ?? view.turn }, (_, index) => index + 1);
  const merges = await repository.git("rev-list", "--min-parents=2", `main..${branch}`);
  const base = await repository.git("merge-base", "main", branch);
  const tree = await repository.git("rev-parse", `${branch}^{tree}`);
  const last = view.checks.filter(({ status }) => status !== "passed").map(({ name }) => name);
  return [
    turns.join() !== wanted.join() && `committed turns are ${turns.join()}, not ${wanted.join()}`,
    merges !== "" && `the branch has merges: ${merges}`,
    base !== view.base && `the branch starts at ${base}, not at ${view.base}`,
    expected.tree !== undefined && tree !== expected.tree && `the tree is ${tree}, that of an undisturbed run ${expected.tree}`,
    (view.status !== "achieved" || last.length > 0) && `it is ${view.status}, and not passed: ${last.join(", ") || "nothing"}`,
  ];
}

function epochFindings(world: BatonWorld, thread: TestThread, view: ThreadView): Finding[] {
  const hub = join(world.env["BATON_STATE_DIR"] ?? "", "hub");
  const record = JSON.parse(readFileSync(join(hub, "threads", `${thread.id}.json`), "utf8")) as { epoch: number };
  const lines = readFileSync(join(hub, "transcripts", `${thread.id}.jsonl`), "utf8")
    .trim()
    .split("\n");
  // A host that prepares a handoff tells of its setup under the epoch that is to come.
  const entries = lines.map((line) => JSON.parse(line) as TranscriptEntry).filter(({ event }) => event.kind !== "workspace");
  const epochs = entries.map(({ epoch }) => epoch);
  const back = epochs.findIndex((epoch, index) => epoch < (epochs[index - 1] ?? 0));
  return [
    record.epoch > view.epoch && `the hub is at epoch ${record.epoch}, the thread at ${view.epoch}`,
    back > 0 && `line ${back + 1} of the transcript is of epoch ${epochs[back]}, after one of ${epochs[back - 1]}`,
  ];
}

function budgetFindings({ spent, turns }: ThreadView): Finding[] {
  const tokens = turns.reduce((sum, turn) => sum + turn.tokens, 0);
  const starts = turns.map(({ turn, attempt }) => `${turn}.${attempt}`);
  return [
    spent.tokens !== tokens && `${spent.tokens} tokens are spent, the turns say ${tokens}`,
    new Set(starts).size !== starts.length && `an attempt is counted twice: ${starts.join(", ")}`,
  ];
}

async function repositoryFindings({ repository }: TestThread): Promise<Finding[]> {
  const refs = (await repository.git("for-each-ref", "--format=%(refname)")).split("\n");
  const other = refs.filter((ref) => ref !== "refs/heads/main" && !ref.startsWith("refs/heads/baton/"));
  const [head, status, commits] = await Promise.all([
    repository.git("symbolic-ref", "HEAD"),
    repository.git("status", "--porcelain"),
    repository.git("rev-list", "--count", "main"),
  ]);
  return [
    other.length > 0 && `refs were made: ${other.join(", ")}`,
    (head !== "refs/heads/main" || commits !== "1") && `HEAD is ${head}, and main has ${commits} commits`,
    status !== "" && `the work tree was changed: ${status}`,
  ];
}

const unsound = 3;

/** A hub that is just starting again is waited for. */
async function storeFinding(world: BatonWorld): Promise<Finding> {
  let said = "";
  const answers = async () => {
    const { code, stdout, stderr } = await world.baton(["hub", "fsck"]);
    said = code === 0 ? "" : `baton hub fsck: ${stdout}${stderr}`;
    return code === 0 || code === unsound;
  };
  await until(answers, { why: "the store is checked", withinMs: 60_000 }).catch(() => undefined);
  return said !== "" && said;
}

/** Whatever the home, so that every machine counts; a moment is given to what is just ending. */
async function processFinding({ id }: TestThread): Promise<Finding> {
  const left = () => processesWith(`BATON_THREAD=${id}`);
  await until(() => left().length === 0, { why: "nothing runs for it", withinMs: 5_000 }).catch(() => undefined);
  const found = left();
  return found.length > 0 && `processes are left: ${found.map(({ pid, command }) => `${pid} ${command}`).join("; ")}`;
}
