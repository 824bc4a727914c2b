import type { FanOut } from "../../domain/fan-out/fan-out.ts";
import type { Goal, WorkerAgent } from "../../domain/goal.ts";
import type { TaskSource } from "../../domain/fan-out/task.ts";
import { toTask } from "../tasks/to-task.ts";
import type { FanOutInput, TemplateInput } from "./fan-out-schema.ts";
import { defined, toBudget, toChecks, toFailureStrategy, toJudge, toReviewer, toWorker } from "./goal-parts.ts";

const defaultTimeoutMs = 2 * 60_000;

/** The fan-out of `goal`, which lends its template what that leaves open. */
export function toFanOut(input: FanOutInput, goal: Goal, folder: string): FanOut {
  const template = toTemplate(input.template, goal, folder);
  return {
    tasks: toSource(input),
    template,
    parallel: input.parallel,
    order: input.order,
    onTaskFailure: input.on_task_failure,
    ...(input.pilot === undefined ? {} : { pilot: toPilot(input.pilot) }),
    approve: input.approve,
    race: (input.race ?? []).map((racer) => toRacer(racer, template.agents.worker, folder)),
    merge: { ...input.merge, verify: toChecks(input.merge.verify) },
  };
}

function toSource({ tasks, command, timeout, files, planner }: FanOutInput): TaskSource {
  if (command !== undefined) return { kind: "command", run: command, timeoutMs: timeout ?? defaultTimeoutMs };
  if (files !== undefined) return { kind: "files", globs: files };
  if (planner !== undefined) return { kind: "planner", ...(planner === true || planner === false ? {} : defined(planner)) };
  return { kind: "list", tasks: listedTasks(tasks) };
}

/** Tasks of a list as the file holds it; what is no task is left out. */
export function listedTasks(items: readonly unknown[] = []) {
  return items.flatMap((item) => {
    const made = toTask(item);
    return "task" in made ? [made.task] : [];
  });
}

function toTemplate(input: TemplateInput, goal: Goal, folder: string): Goal {
  const { agents, review, scope } = input;
  return {
    goal: input.goal,
    ...defined({ background: input.background, setup: input.setup ?? goal.setup }),
    ...((input.setup_cache ?? goal.setupCache) === true ? { setupCache: true } : {}),
    scope: {
      allow: scope.allow ?? goal.scope.allow,
      protect: [...new Set([...goal.scope.protect, ...(scope.protect ?? [])])],
    },
    done: input.done,
    verify: toChecks(input.verify),
    agents: {
      worker: agents.worker === undefined ? goal.agents.worker : toWorker(agents.worker, folder),
      judge: agents.judge === undefined ? goal.agents.judge : toJudge(agents.judge, folder),
    },
    ...(review === undefined ? {} : { review: toReviewer(review, folder) }),
    budget: toBudget(input.budget, "usual"),
    onFailure: toFailureStrategy(input.on_failure),
    risk: input.risk ?? goal.risk,
    deliver: {},
    ...defined({ placement: goal.placement, hostLoss: goal.hostLoss }),
  };
}

function toPilot(pilot: NonNullable<FanOutInput["pilot"]>): NonNullable<FanOut["pilot"]> {
  // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word; never awaited
  return typeof pilot === "number" ? { tasks: pilot, then: "ask" } : pilot;
}

/** A bare name stands for the template's worker where that is of the kind, with its model and variables. */
function toRacer(racer: NonNullable<FanOutInput["race"]>[number], worker: WorkerAgent, folder: string): WorkerAgent {
  if (typeof racer !== "string") return toWorker(racer, folder);
  return worker.use === racer ? worker : { use: racer as "codex" | "claude", args: [], env: [] };
}
