import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { TranscriptEntry } from "../../domain/transcript.ts";
import { totalTokens } from "../../domain/usage.ts";
import type { BatonWorld } from "./baton-world.ts";
import { readHubThread, type HubThread } from "./hub-ledgers.ts";
import { processesWith } from "./processes.ts";
import type { TestThread } from "./test-thread.ts";
import { until } from "./until.ts";

/** What a settled thread must look like whatever happened to its hosts. */
export interface Expected {
  /** Number of turns; whatever the thread says when absent. */
  readonly turns?: number;
  /** Tree of the branch, as an undisturbed run made it. */
  readonly tree?: string;
  /** Checks and verdict in the end, as `undisturbed` gives them. */
  readonly verdict?: string;
}

/** What a run of the same plan to which something happens must come to. */
export async function undisturbed(thread: TestThread): Promise<Required<Expected>> {
  const view = await thread.settled();
  const tree = await thread.repository.git("rev-parse", `${thread.branch}^{tree}`);
  return { turns: view.turn, tree, verdict: verdictOf(view) };
}

type Finding = string | false;

export const invariantNames = [
  "every turn is committed once, in order",
  "the commits are one line from the base, and their epochs never go back",
  "no checkpoint and no line of the transcript was accepted from an old epoch",
  "the hub's record is at the thread's epoch",
  "no process is left",
  "the budget is the sum of the turns, and of the ledgers in the hub",
  "verdict and tree are those of an undisturbed run",
  "the user's repository is untouched",
  "the hub's store is sound",
] as const;

/** Checks everything that must hold of a settled thread; gives what does not. */
export async function violations(world: BatonWorld, thread: TestThread, expected: Expected = {}): Promise<string[]> {
  // The next fault may have hit whoever answers.
  const view = await until(() => thread.view(), { why: `${thread.id} answers` });
  const hub = join(world.env["BATON_STATE_DIR"] ?? "", "hub");
  const stored = readHubThread(hub, thread.id);
  const found: Finding[] = [
    ...(await branchFindings(thread, view, expected)),
    ...(await epochFindings({ hub, stored }, thread, view)),
    ...budgetFindings(view, stored),
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
  const verdict = verdictOf(view);
  return [
    turns.join() !== wanted.join() && `committed turns are ${turns.join()}, not ${wanted.join()}`,
    merges !== "" && `the branch has merges: ${merges}`,
    base !== view.base && `the branch starts at ${base}, not at ${view.base}`,
    expected.tree !== undefined && tree !== expected.tree && `the tree is ${tree}, that of an undisturbed run ${expected.tree}`,
    expected.verdict !== undefined && verdict !== expected.verdict && `the verdict is ${verdict}, not ${expected.verdict}`,
    (view.status !== "achieved" || last.length > 0) && `it is ${view.status}, and not passed: ${last.join(", ") || "nothing"}`,
  ];
}

function verdictOf({ status, checks, verdict }: ThreadView): string {
  const criteria = verdict?.criteria.map(({ criterion, status }) => [criterion, status]);
  return JSON.stringify([status, checks.map(({ name, status }) => [name, status]), verdict?.overall, criteria]);
}

async function epochFindings(
  { hub, stored }: { hub: string; stored: HubThread },
  { id, repository, branch }: TestThread,
  view: ThreadView,
): Promise<Finding[]> {
  const lines = readFileSync(join(hub, "transcripts", `${id}.jsonl`), "utf8")
    .trim()
    .split("\n");
  // A host that prepares a handoff tells of its setup under the epoch that is to come.
  const entries = lines.map((line) => JSON.parse(line) as TranscriptEntry).filter(({ event }) => event.kind !== "workspace");
  const commits = (await repository.messages(branch)).map((message) => Number(/^Baton-Epoch: (\d+)$/m.exec(message)?.[1]));
  const late = stored.attempts.filter(({ epoch, why }) => why === "refused" && epoch >= stored.epoch);
  return [
    stored.epoch > view.epoch && `the hub is at epoch ${stored.epoch}, the thread at ${view.epoch}`,
    stored.settledAt === undefined && "the hub does not know that it has settled",
    late.length > 0 && `work was refused that was not late: ${JSON.stringify(late)}`,
    goesBack(
      "the transcript's lines",
      entries.map(({ epoch }) => epoch),
    ),
    goesBack("the branch's commits", commits),
    goesBack(
      "the hub's checkpoints",
      stored.ledgers.map(({ epoch }) => epoch),
    ),
  ];
}

function goesBack(what: string, epochs: readonly number[]): Finding {
  // Written so that what is no number counts as well.
  return !epochs.every((epoch, index) => epoch >= (epochs[index - 1] ?? 0)) && `epochs of ${what} are ${epochs.join(", ")}`;
}

function budgetFindings({ spent, turns }: ThreadView, { ledgers }: HubThread): Finding[] {
  const tokens = turns.reduce((sum, turn) => sum + turn.tokens, 0);
  const stored = ledgers.reduce((sum, { usage }) => sum + totalTokens(usage), 0);
  const starts = turns.map(({ turn, attempt }) => `${turn}.${attempt}`);
  const ended = ledgers.map(({ turn, attempt }) => `${turn}.${attempt}`);
  return [
    spent.tokens !== tokens && `${spent.tokens} tokens are spent, the turns say ${tokens}`,
    stored !== tokens && `the turns say ${tokens} tokens, the hub's ledgers ${stored}`,
    new Set(starts).size !== starts.length && `an attempt is counted twice: ${starts.join(", ")}`,
    ended.join() !== starts.join() && `counted are the attempts ${starts.join(", ")}, the hub has ${ended.join(", ")}`,
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
