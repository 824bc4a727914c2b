import { z } from "zod";
import { taskListProblem } from "../../config/tasks/task-list-problem.ts";
import { toTask } from "../../config/tasks/to-task.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { Planner } from "../../domain/fan-out/fan-out.ts";
import type { Goal } from "../../domain/goal.ts";
import { renderGoal } from "../../domain/fan-out/render-goal.ts";
import type { Task } from "../../domain/fan-out/task.ts";
import { totalTokens, type Usage } from "../../domain/usage.ts";
import { askAgent } from "../asking/ask-agent.ts";
import { askStructured, type EnterAgent } from "../asking/ask-structured.ts";
import { readShape } from "../asking/read-shape.ts";
import { fieldsOfTemplate, planJsonSchema } from "./plan-schema.ts";
import { plannerPrompt } from "./planner-prompt.ts";

export interface PlanRequest {
  readonly planner: Planner;
  readonly goal: Goal;
  readonly template: Goal;
  readonly instructions?: string;
  /** Absolute path of a clean checkout of the base, to be read only. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Waits until the host lets the agent start; absent: at once. */
  readonly enter?: EnterAgent;
}

export interface Plan {
  readonly tasks: readonly Task[];
  readonly usage: Usage;
  /** Until the planner was let start. */
  readonly waitedMs: number;
}

const planSchema = z.object({ tasks: z.array(z.record(z.string(), z.unknown())) });

/**
 * Tasks that the goal's planner found. Throws TaskList when its answer cannot be used even when it is asked again,
 * AgentUnavailable when this host cannot run it.
 */
export async function plannedTasks(request: PlanRequest): Promise<Plan> {
  const { planner, goal, template, instructions, cwd, env, signal, enter } = request;
  const fields = fieldsOfTemplate(template);
  const schema = planJsonSchema(fields);
  const told = instructions === undefined ? {} : { instructions };
  const facts = { goal, template, fields, ...told };
  const about = { role: "planner", agent: planner, schema, facts, cwd, reads: true, env, signal };
  const answer = await askStructured({
    prompt: plannerPrompt({ goal, template, fields, schema, cwd, ...told }),
    timeoutMs: planner.timeoutMs,
    signal,
    ...(enter === undefined ? {} : { enter }),
    ask: (question) => askAgent({ ...about, ...question }),
    read: (answer) => readPlan(answer, template),
  });
  if ("value" in answer) return { tasks: answer.value.tasks, usage: answer.usage, waitedMs: answer.waitedMs };
  const used = totalTokens(answer.usage);
  throw new BatonFailure("TaskList", `the planner gave no list of tasks that can be used: ${answer.problem}`, {
    where: `agents.planner${used === 0 ? "" : ` (${used} tokens used)`}`,
    next: "make the goal or the planner's instructions clearer, or let another agent plan",
    usage: answer.usage,
  });
}

/** A planner's answer, text or JSON, checked against the template: every task can be rendered. */
export function readPlan(answer: unknown, template: Goal): { readonly tasks: readonly Task[] } | { readonly invalid: string } {
  const read = readShape(answer, { schema: planSchema, who: "the planner", called: "the answer" });
  if ("invalid" in read) return read;
  const tasks: Task[] = [];
  for (const [index, given] of read.value.tasks.entries()) {
    const made = toTask(given);
    if ("problem" in made) return { invalid: `task ${index + 1} ${made.problem}` };
    const problem = renderProblem(template, made.task);
    if (problem !== undefined) return { invalid: problem };
    tasks.push(made.task);
  }
  const problem = taskListProblem(tasks);
  return problem === undefined ? { tasks } : { invalid: `the list of tasks ${problem}` };
}

function renderProblem(template: Goal, task: Task): string | undefined {
  try {
    renderGoal(template, task);
    return undefined;
  } catch (error) {
    if (error instanceof BatonFailure) return error.message;
    throw error;
  }
}
