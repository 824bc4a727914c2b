import type { z } from "zod";
import { hostWordProblem } from "../../domain/placement.ts";
import { judgeSchema, workerSchema } from "./agent-schema.ts";
import { amount, count, duration, globs, line, listOf, mapping, oneOf, refuse, text, wholeNumber } from "./leaf-schemas.ts";
import { branchProblem } from "./ref-name.ts";
import { verifySchema } from "./verify-schema.ts";

const scope = mapping({
  allow: globs()
    .default([])
    .meta({ description: "Paths the agent may change. Empty: all. A change elsewhere is reported to agent and judge." }),
  protect: globs()
    .default([])
    .meta({ description: "Paths put back to the base commit before every verification, so that changing them cannot help." }),
});

const agents = mapping(
  { worker: workerSchema, judge: judgeSchema.prefault({ use: "none" }) },
  "a mapping such as { worker: { use: codex } } (codex, claude or command)",
);

const budget = mapping({
  turns: wholeNumber().default(30).meta({ description: "Turns of the worker.", "x-unit": "turns" }),
  time: duration().prefault("8h").meta({ description: "Time spent working: turns, verification, judging." }),
  wall_time: duration()
    .optional()
    .meta({ description: "Time since the thread was opened, waiting included. No limit when absent." }),
  tokens: count().optional().meta({
    description: "Input, cached input and output tokens of worker and judge together. No limit when absent.",
    "x-unit": "tokens",
  }),
  usd: amount("an amount in USD of more than zero").optional().meta({
    description: "Cost of worker and judge together. No limit when absent.",
    "x-unit": "USD",
  }),
  files: wholeNumber()
    .optional()
    .meta({ description: "Files that may differ from the base commit. No limit when absent.", "x-unit": "files" }),
  turn_time: duration().optional().meta({
    "x-default": "45m",
    description: "Time one turn may take; the agent is stopped after it. When absent never more than `time` and `wall_time`.",
  }),
});

const onFailure = mapping({
  same_failure: wholeNumber()
    .default(3)
    .meta({ description: "Times the same failure may come back before something is done about it.", "x-unit": "turns" }),
  no_progress: wholeNumber()
    .default(5)
    .meta({ description: "Turns without progress before something is done about it.", "x-unit": "turns" }),
  // oxlint-disable-next-line unicorn/no-thenable -- the goal file's own word; never awaited
  then: oneOf(["ask", "stop"])
    .default("ask")
    .meta({ description: "When nothing helped: `ask` a person and wait, or `stop` as failed." }),
});

const deliver = mapping({
  branch: line("a branch name")
    .regex(/^baton\/./, { error: 'expected a branch name that begins with "baton/"', abort: true })
    .check((context) => {
      const problem = branchProblem(context.value);
      if (problem !== undefined) refuse(context, `the branch name ${problem}`);
    })
    .optional()
    .meta({ description: "Branch that gets the result, always under `baton/`. `baton/<thread>` when absent." }),
  push: line("the name of a remote")
    .regex(/^[^\s-]\S*$/, { error: "expected the name of a remote such as origin" })
    .optional()
    .meta({ description: "Remote the branch is pushed to when the goal is achieved. Nothing is pushed when absent." }),
});

const host = mapping({
  labels: listOf(
    line("a label such as gpu").check((context) => {
      const problem = hostWordProblem(context.value);
      if (problem !== undefined) refuse(context, `the label ${problem}`);
    }),
    "a list of labels such as [gpu]",
  )
    .max(16, { error: "expected at most 16 labels" })
    .default([])
    .meta({ description: "Labels that a host has to carry, all of them; put the rarest first. Empty: any host." }),
});

/** The goal file as people write it. Everything else about its form is derived: parsing, JSON Schema, documentation. */
export const goalSchema = mapping({
  goal: text("the objective in a sentence").meta({
    description: "The objective: what shall be true in the end.",
    examples: ["Every test in test/cart passes and lint is clean"],
  }),
  background: text().optional().meta({ description: "What the agent should know: why, where to look, what was tried." }),
  scope: scope.prefault({}).meta({ description: "Which files the work is about." }),
  done: listOf(text("a criterion"), "a list of criteria")
    .default([])
    .meta({ description: "Criteria of done, judged one by one. They need a judge." }),
  setup: text("a shell command")
    .optional()
    .meta({ description: "Shell command run whenever a workspace is created, such as `npm ci`." }),
  verify: verifySchema.default([]).meta({
    description: "Commands Baton itself runs after each turn, in a clean checkout, in order: put cheap ones first.",
  }),
  agents: agents.meta({ description: "Who works and who judges." }),
  budget: budget
    .prefault({})
    .meta({ description: "Limits over the whole thread. When one is reached, the agent wraps up and a person is asked." }),
  on_failure: onFailure.prefault({}).meta({ description: "What to do when the work does not get on." }),
  risk: listOf(text("a boundary"), "a list of boundaries")
    .default([])
    .meta({ description: "Boundaries the agent must respect; part of its contract and given to the judge." }),
  host: host.prefault({}).meta({ description: "Which hosts may run the thread. `baton run --on` overrides it." }),
  deliver: deliver.prefault({}).meta({ description: "Where the result goes." }),
}).meta({ title: "Baton goal file", description: "The contract of a goal loop." });

export type GoalInput = z.output<typeof goalSchema>;
