import { setTimeout as delay } from "node:timers/promises";
import { BatonFailure } from "../../domain/failure.ts";
import {
  subagentReference,
  type SubagentReport,
  type SubagentsReport,
  type SubagentsRequest,
} from "../../domain/fan-out/subagent-requests.ts";
import { boundedDiff, changedFiles } from "../../git/diff.ts";
import { writeBranch } from "../../git/inner-repository.ts";
import { fetchObjects } from "../workspace/fetch-objects.ts";
import type { HostContext } from "../host-context.ts";
import type { OpenThread } from "../workspace/open-threads.ts";
import { toolInputs, type ToolInput, type ToolName } from "./agent-tools.ts";
import { askedTasks, questionKey } from "./asked-tasks.ts";

/** A running turn, on behalf of which its agent calls. */
export interface CallingTurn {
  readonly host: HostContext;
  readonly open: OpenThread;
  readonly turn: number;
  /** Silence after which the agent counts as hung, and an agent that waits says nothing. */
  readonly stallMs: number;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

const lookEveryMs = { first: 250, most: 3_000 };
const diffBytes = 60_000;
const listedFiles = 200;

/** Does what an agent's tool asks for; gives JSON. Throws a BatonFailure that tells the agent why not. */
export function takeCall(turn: CallingTurn, tool: ToolName, input: unknown): Promise<unknown> {
  switch (tool) {
    case "spawn":
      return spawn(turn, parsed("spawn", input));
    case "list":
      return list(turn);
    case "wait":
      return wait(turn, parsed("wait", input));
    case "result":
      return result(turn, parsed("result", input));
    case "ask":
      return ask(turn, parsed("ask", input));
  }
}

function parsed<K extends ToolName>(tool: K, input: unknown): ToolInput<K> {
  const read = toolInputs[tool].safeParse(input);
  if (read.success) return read.data as ToolInput<K>;
  const [issue] = read.error.issues;
  throw new BatonFailure("Usage", `${tool}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not understood"}`);
}

async function spawn(calling: CallingTurn, input: ToolInput<"spawn">): Promise<unknown> {
  const { open, turn } = calling;
  const { thread, epoch } = open;
  const tasks = askedTasks(input, { thread, turn });
  const known = (report: SubagentsReport) =>
    tasks.every(({ content }) => report.tasks.some((each) => each.content === content && each.turn === turn));
  const report = await askOnce(calling, known, { epoch, ask: { kind: "spawn", tasks } });
  return {
    subagents: tasks.flatMap(({ content }) => report.tasks.filter((each) => each.content === content).slice(-1)).map(shown),
  };
}

async function list(calling: CallingTurn): Promise<unknown> {
  const { tasks, asked } = await look(calling);
  return {
    subagents: tasks.map(shown),
    questions: asked.map(({ text, answer }) => ({ question: text, answer: answer ?? null })),
  };
}

async function wait(calling: CallingTurn, input: ToolInput<"wait">): Promise<unknown> {
  const wanted = (report: SubagentsReport) =>
    input.tasks.length === 0 ? report.tasks : input.tasks.map((task) => found(report, task));
  const done = (report: SubagentsReport) => {
    const open = wanted(report).map(isOpen);
    return open.length === 0 || (input.for === "all" ? !open.includes(true) : open.includes(false));
  };
  const { places, agents } = calling.host;
  const lent = [places, agents].map((each) => each.lend(calling.open.thread));
  try {
    const report = await lookUntil(calling, done, input.seconds);
    return { done: done(report), subagents: wanted(report).map(shown) };
  } finally {
    for (const giveBack of lent) giveBack();
  }
}

async function result(calling: CallingTurn, { task, diff }: ToolInput<"result">): Promise<unknown> {
  const { host, open } = calling;
  const { repository, folder, workspace } = open;
  const subagent = found(await look(calling), task);
  const { base, commit, thread } = subagent;
  if (commit === undefined) return { ...shown(subagent), files: [] };
  await fetchObjects(host, { repository, store: folder.store, wanted: [commit] });
  const branch = `baton/${thread ?? subagent.key}`;
  await writeBranch({ root: workspace.root, branch, commit });
  const range = { gitDir: folder.store, base, commit };
  const files = await changedFiles(range);
  return {
    ...shown(subagent),
    branch,
    files: files.slice(0, listedFiles),
    ...(files.length > listedFiles ? { moreFiles: files.length - listedFiles } : {}),
    ...(diff ? { diff: (await boundedDiff({ ...range, totalBytes: diffBytes })).text } : {}),
  };
}

async function ask(calling: CallingTurn, { question, seconds }: ToolInput<"ask">): Promise<unknown> {
  const { open, turn } = calling;
  const key = questionKey(question, turn);
  const answerIn = ({ asked }: SubagentsReport) => asked.find((each) => each.key === key)?.answer;
  const known = ({ asked }: SubagentsReport) => asked.some((each) => each.key === key);
  const sent = await askOnce(calling, known, { epoch: open.epoch, ask: { kind: "question", key, text: question } });
  const report = answerIn(sent) === undefined && seconds > 0 ? await lookUntil(calling, answered, seconds) : sent;
  const answer = answerIn(report);
  if (answer === undefined)
    return { answered: false, note: "the answer comes with the next prompt, or ask the same again to wait" };
  return { answered: true, answer: answer === "" ? "go on" : answer };

  function answered(now: SubagentsReport): boolean {
    return answerIn(now) !== undefined;
  }
}

async function lookUntil(
  calling: CallingTurn,
  enough: (report: SubagentsReport) => boolean,
  seconds: number,
): Promise<SubagentsReport> {
  const { signal, stallMs } = calling;
  const until = performance.now() + Math.min(seconds * 1000, stallMs / 2);
  for (let everyMs = lookEveryMs.first; ; everyMs = Math.min(everyMs * 1.5, lookEveryMs.most)) {
    const report = await look(calling);
    const leftMs = until - performance.now();
    if (leftMs <= 0 || signal.aborted || enough(report)) return report;
    await delay(Math.min(everyMs, leftMs), undefined, { signal }).catch(() => undefined);
  }
}

/** What is asked again leaves nothing in the thread's history. */
async function askOnce(
  calling: CallingTurn,
  isKnown: (report: SubagentsReport) => boolean,
  request: SubagentsRequest,
): Promise<SubagentsReport> {
  const report = await look(calling);
  return isKnown(report) ? report : await calling.host.agentRequests.ask(calling.open.thread, request);
}

/** What the thread says; to a turn that does not count any more it says nothing. */
async function look({ host, open }: CallingTurn): Promise<SubagentsReport> {
  const report = await host.agentRequests.look(open.thread);
  if (report.epoch === open.epoch) return report;
  throw new BatonFailure("StaleEpoch", `epoch ${open.epoch} of ${open.thread} is over: this turn does not count any more`);
}

function found({ tasks }: SubagentsReport, wanted: string): SubagentReport {
  const task = tasks.findLast(({ key, name, thread }) => [subagentReference(key), name, thread].includes(wanted));
  if (task !== undefined) return task;
  const names = tasks.map(({ key, name }) => `${subagentReference(key)} (${name})`).join(", ");
  throw new BatonFailure("NotFound", `there is no subagent ${wanted}`, {
    next: names === "" ? "there is none" : `there are ${names}`,
  });
}

function isOpen({ status }: SubagentReport): boolean {
  return status === "pending" || status === "running";
}

function shown(task: SubagentReport) {
  const { key, name, status, thread, reason, commit } = task;
  return { id: subagentReference(key), name, status, thread, ...(reason && { reason }), ...(commit && { commit }) };
}
