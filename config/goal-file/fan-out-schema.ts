import { z } from "zod";
import { mostTasks } from "../../domain/fan-out/task.ts";
import { toTask } from "../tasks/to-task.ts";
import { judgeSchema, reviewSchema, workerSchema } from "./agent-schema.ts";
import { duration, globs, listOf, mapping, oneOf, refuse, text, wholeNumber } from "./leaf-schemas.ts";
import {
  backgroundText,
  budgetSchema,
  doneList,
  goalText,
  onFailureSchema,
  riskList,
  setupCache,
  setupCommand,
} from "./section-schemas.ts";
import { verifySchema } from "./verify-schema.ts";

const mostParallel = 200;
const mostRacers = 8;
const aTask = "a text or a mapping of fields such as { name: cart, path: src/cart.ts }";

const fields = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()], { error: "expected text, a number, true or false" }),
  {
    error: `expected ${aTask}`,
  },
);

const task = z.union([z.string({ error: `expected ${aTask}` }), fields], { error: `expected ${aTask}` }).check((context) => {
  const made = toTask(context.value);
  if ("problem" in made) refuse(context, made.problem, made.field === undefined ? [] : [made.field]);
});

const sources = {
  tasks: listOf(task, "a list of tasks")
    .min(1, { error: "expected at least one task" })
    .max(mostTasks, { error: `expected at most ${mostTasks} tasks` })
    .optional()
    .meta({ description: "The tasks themselves: texts, or mappings whose fields stand in the template as `${task.field}`." }),
  command: text("a shell command").optional().meta({
    description: "Shell command that prints the tasks, run in a clean checkout: one line or one JSON object for each.",
  }),
  timeout: duration().optional().meta({ "x-default": "2m", description: "Longest time `command` may take." }),
  files: globs()
    .min(1, { error: "expected at least one glob" })
    .optional()
    .meta({ description: "One task for each file of the base that matches; `${task.path}` is its path." }),
  planner: z
    .union(
      [
        z.boolean({ error: "expected true or a mapping such as { instructions: … }" }).check((context) => {
          if (!context.value) refuse(context, "expected true or a mapping such as { instructions: … }");
        }),
        mapping({ instructions: text().optional().meta({ description: "How to split the goal, for the planner." }) }),
      ],
      { error: "expected true or a mapping such as { instructions: … }" },
    )
    .optional()
    .meta({ description: "Lets `agents.planner` split the goal into tasks." }),
};

const template = mapping({
  goal: goalText,
  background: backgroundText,
  scope: mapping({
    allow: globs().optional().meta({ description: "Paths a subagent may change. Empty: all." }),
    protect: globs()
      .optional()
      .meta({ description: "Paths put back to the base commit before every verification, beside those that the goal protects." }),
  })
    .prefault({})
    .meta({ description: "Which files a subagent's work is about. What is absent is as in the goal." }),
  done: doneList.default([]).meta({ description: "Criteria of done of each task. They need a judge." }),
  setup: setupCommand.meta({ description: "The goal's own `setup` when absent." }),
  setup_cache: setupCache.meta({ description: "As in the goal when absent." }),
  verify: verifySchema.default([]).meta({ description: "Checks of each subagent's work." }),
  agents: mapping({ worker: workerSchema.optional(), judge: judgeSchema.optional() })
    .prefault({})
    .meta({ description: "Who works on a task and who judges it. The goal's own when absent." }),
  review: reviewSchema.optional().meta({ description: "Reads each subagent's diff, as `review` does for the goal's own turns." }),
  budget: budgetSchema().prefault({}).meta({ description: "Limits of each subagent." }),
  on_failure: onFailureSchema("stop").prefault({}).meta({ description: "What to do when a subagent does not get on." }),
  risk: riskList.optional().meta({ description: "Boundaries of the subagents. The goal's own when absent." }),
});

const pilot = mapping({
  tasks: wholeNumber().meta({ description: "Tasks that are run before all others.", "x-unit": "tasks" }),
  // oxlint-disable-next-line unicorn/no-thenable -- the goal file's own word; never awaited
  then: oneOf(["ask", "continue"])
    .default("ask")
    .meta({ description: "`ask` a person whether to go on, or `continue` by itself." }),
});

const namedAgent = "expected codex, claude or a mapping such as { use: codex, model: gpt-5.5 }";

const racer = z.union([z.string({ error: namedAgent }).regex(/^(codex|claude)$/, { error: namedAgent }), workerSchema], {
  error: namedAgent,
});

const merge = mapping({
  verify: verifySchema.default([]).meta({
    description:
      "Checks of every merged stack. Those of all its tasks when empty. One that fails without a result is not held against it.",
  }),
  batch: wholeNumber().default(16).meta({ description: "Most results merged between two verifications.", "x-unit": "tasks" }),
  rebases: z
    .number({ error: "expected a whole number" })
    .int({ error: "expected a whole number" })
    .min(0, { error: "expected a whole number" })
    .default(1)
    .meta({ description: "Times a task that conflicts or breaks the stack is done again on top of it." }),
});

export const fanOutSchema = mapping({
  ...sources,
  template: template.meta({ description: "Goal of each subagent. `${task.field}` is replaced by what its task holds." }),
  parallel: wholeNumber()
    .max(mostParallel, { error: `expected a whole number of at most ${mostParallel}` })
    .default(8)
    .meta({ description: "Subagents at once.", "x-unit": "subagents" }),
  order: oneOf(["listed", "shuffled"]).default("listed").meta({ description: "In which order tasks are started." }),
  on_task_failure: oneOf(["continue", "stop", "ask"]).default("ask").meta({
    description: "When tasks fail: `continue` without them, `stop` the whole as failed, or `ask` once at the end.",
  }),
  pilot: z
    .union([wholeNumber(), pilot], {
      error: "expected a whole number of at least 1 or a mapping such as { tasks: 3, then: ask }",
    })
    .optional()
    .meta({ description: "Tasks that are run first, to find a bad goal early. A number asks before the rest." }),
  approve: z
    .boolean({ error: "expected true or false" })
    .default(false)
    .meta({ description: "Whether a person sees the list of tasks before the first one starts." }),
  race: listOf(racer, "a list of agents such as [codex, claude]")
    .min(2, { error: "expected at least two agents" })
    .max(mostRacers, { error: `expected at most ${mostRacers} agents` })
    .optional()
    .meta({ description: "Agents that try each task at the same time; the first whose work is verified and judged wins." }),
  merge: merge.prefault({}).meta({ description: "How results come together." }),
}).check((context) => {
  const given = (["tasks", "command", "files", "planner"] as const).filter((key) => context.value[key] !== undefined);
  if (given.length === 0) refuse(context, "needs tasks, command, files or planner: where the tasks come from");
  if (given.length > 1) refuse(context, `has ${given.join(" and ")}; keep one`, [given[1] ?? ""]);
  if (context.value.timeout !== undefined && context.value.command === undefined) {
    refuse(context, "has a meaning beside command only", ["timeout"]);
  }
});

export type FanOutInput = z.output<typeof fanOutSchema>;
export type TemplateInput = FanOutInput["template"];
