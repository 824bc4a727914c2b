import { Context } from "@temporalio/activity";
import { taskListProblem } from "../config/tasks/task-list-problem.ts";
import { BatonFailure } from "../domain/failure.ts";
import type { FanOut } from "../domain/fan-out/fan-out.ts";
import { setupOf } from "../domain/setup.ts";
import type { Task } from "../domain/fan-out/task.ts";
import { noUsage } from "../domain/usage.ts";
import { workEnvironment } from "./agent-markers.ts";
import { enterAgent } from "./agents/enter-agent.ts";
import type { HostContext } from "./host-context.ts";
import type { OpenThread, OpenThreads } from "./workspace/open-threads.ts";
import { takeCheckout } from "./workspace/prepared-checkout.ts";
import { readyCheckout } from "./workspace/ready-checkout.ts";
import { refuseHalfDone } from "./refuse-half-done.ts";
import { commandTasks } from "./tasks/command-tasks.ts";
import { fileTasks } from "./tasks/file-tasks.ts";
import { keyedTasks } from "./tasks/keyed-tasks.ts";
import { plannedTasks, type Plan } from "./tasks/planned-tasks.ts";
import type { ListedTasks, ListTasksInput } from "./thread-activities.ts";
import { openTranscript, type TranscriptWriter } from "./transcript-writer.ts";
import { usableResults } from "./tasks/usable-results.ts";

/** Before the first turn of the thread itself. */
const turn = 0;
const attempt = 1;

interface Listing {
  readonly host: HostContext;
  readonly open: OpenThread;
  readonly input: ListTasksInput;
  readonly fanOut: FanOut;
  readonly transcript: TranscriptWriter;
  readonly signal: AbortSignal;
}

/**
 * The tasks of a goal that fans out, with the work that is done already. Throws TaskList when the source does not give them,
 * GoalFile when they are no list of tasks or do not fit the template, SetupFailed and AgentUnavailable.
 */
export async function listTasks(host: HostContext, threads: OpenThreads, input: ListTasksInput): Promise<ListedTasks> {
  const startedAt = performance.now();
  const { thread, epoch, repository, goal } = input;
  const { fanOut } = goal;
  if (fanOut === undefined) throw new BatonFailure("GoalFile", "the goal fans out into no tasks", { where: "fan_out" });
  const transcript = openTranscript(host.hub, host.logger, { thread, turn, attempt, epoch });
  const signal = AbortSignal.any([Context.current().cancellationSignal, host.draining]);
  const listing = { host, open: threads.get(input), input, fanOut, transcript, signal };
  try {
    const found = await findTasks(listing).finally(() => refuseHalfDone(host));
    const problem = taskListProblem(found.tasks);
    if (problem !== undefined) throw notOneFanOut(fanOut, problem);
    const keyed = keyedTasks(found.tasks, { repository, fanOut });
    const tasks = await withResults(listing, keyed.tasks);
    const done = tasks.filter((task) => "done" in task).length;
    transcript.write({ kind: "tasks listed", tasks: tasks.length, done, duplicates: keyed.duplicates });
    const activeMs = Math.round(performance.now() - startedAt - found.waitedMs);
    return { tasks, duplicates: keyed.duplicates, usage: found.usage, activeMs };
  } finally {
    transcript.leave();
  }
}

async function findTasks(listing: Listing): Promise<Plan> {
  const { open, input, fanOut } = listing;
  const { tasks: source } = fanOut;
  switch (source.kind) {
    case "list":
      return { tasks: source.tasks, usage: noUsage, waitedMs: 0 };
    case "command":
      return { tasks: await runTaskCommand(listing, source), usage: noUsage, waitedMs: 0 };
    case "files": {
      const { store } = open.folder;
      const tasks = await fileTasks({ store, commit: input.repository.base, globs: source.globs });
      return { tasks, usage: noUsage, waitedMs: 0 };
    }
    case "planner":
      return await askPlanner(listing, source.instructions);
  }
}

async function runTaskCommand(listing: Listing, source: { run: string; timeoutMs: number }): Promise<Task[]> {
  const { host, open, input, transcript, signal } = listing;
  const { thread, epoch, goal, repository } = input;
  const items = goal.agents.worker.env;
  const cwd = await readyCheckout(host, open, { commit: repository.base, turn, ...setupOf(goal), env: items, transcript });
  transcript.write({ kind: "workspace", text: `tasks: ${source.run}` });
  return await commandTasks({ ...source, cwd, env: workEnvironment(host, { thread, epoch, turn, attempt, items }), signal });
}

async function askPlanner(listing: Listing, instructions: string | undefined) {
  const { host, open, input, fanOut, transcript, signal } = listing;
  const { thread, epoch, goal, repository } = input;
  const { planner } = goal.agents;
  if (planner === undefined)
    throw new BatonFailure("GoalFile", "the goal names no planner", {
      where: "agents.planner",
      next: "name one, or list the tasks",
    });
  const { root: cwd } = await takeCheckout(host, open, repository.base);
  transcript.write({ kind: "workspace", text: `tasks: ${[planner.use, planner.model].filter(Boolean).join(" ")} plans them` });
  const env = workEnvironment(host, { thread, epoch, turn, attempt, items: planner.env });
  const told = instructions === undefined ? {} : { instructions };
  const enter = () => enterAgent(host, { thread, agent: planner, transcript, signal });
  return await plannedTasks({ planner, goal, template: fanOut.template, ...told, cwd, env, signal, enter });
}

async function withResults({ host, open }: Listing, tasks: readonly (Task & { readonly key: string })[]) {
  const results = await usableResults(
    host,
    open,
    tasks.map(({ key }) => key),
  );
  const byKey = new Map(results.map(({ key, thread, commit }) => [key, { thread, commit }]));
  return tasks.map((task) => {
    const done = byKey.get(task.key);
    return done === undefined ? task : { ...task, done };
  });
}

function notOneFanOut({ tasks }: FanOut, problem: string): BatonFailure {
  return new BatonFailure("GoalFile", `the list of tasks ${problem}`, {
    where: `fan_out.${tasks.kind === "list" ? "tasks" : tasks.kind}`,
    next: "let the source give fewer tasks, or split the goal",
  });
}
