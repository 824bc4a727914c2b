import type { z } from "zod";
import { hostWordProblem } from "../../domain/placement.ts";
import { judgeSchema, plannerSchema, reviewSchema, workerSchema } from "./agent-schema.ts";
import { fanOutSchema } from "./fan-out-schema.ts";
import { duration, line, listOf, mapping, oneOf, refuse } from "./leaf-schemas.ts";
import { branchProblem } from "./ref-name.ts";
import {
  backgroundText,
  budgetSchema,
  doneList,
  goalText,
  onFailureSchema,
  riskList,
  scopeSchema,
  setupCache,
  setupCommand,
} from "./section-schemas.ts";
import { subagentsSchema } from "./subagents-schema.ts";
import { verifySchema } from "./verify-schema.ts";

const agents = mapping(
  { worker: workerSchema, judge: judgeSchema.prefault({ use: "none" }), planner: plannerSchema.optional() },
  "a mapping such as { worker: { use: codex } } (codex, claude or command)",
);

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
  on_loss: oneOf(["wait", "move", "ask"]).optional().meta({
    "x-default": "move",
    description:
      "When the host is lost: `wait` for it, `move` to another that fits, or `ask` a person. With `baton run --on` a host, `wait`.",
  }),
  grace: duration().optional().meta({
    description:
      "How long the thread stays with a lost host before it moves or asks. When absent it moves at once, asks after as long again as it was silent (30 s), and with `wait` stays as long as it takes.",
  }),
});

/** The goal file as people write it. Everything else about its form is derived: parsing, JSON Schema, documentation. */
export const goalSchema = mapping({
  goal: goalText,
  background: backgroundText,
  scope: scopeSchema.prefault({}).meta({ description: "Which files the work is about." }),
  done: doneList.default([]).meta({ description: "Criteria of done, judged one by one. They need a judge." }),
  setup: setupCommand.meta({ description: "Shell command run whenever a workspace is created, such as `npm ci`." }),
  setup_cache: setupCache.meta({
    "x-default": false,
    description:
      "Whether a host may copy what `setup` made from the same lockfiles before instead of running it. Only for a `setup` that does nothing but make files in the checkout.",
  }),
  verify: verifySchema.default([]).meta({
    description: "Commands Baton itself runs after each turn, in a clean checkout, in order: put cheap ones first.",
  }),
  agents: agents.meta({ description: "Who works and who judges." }),
  review: reviewSchema
    .optional()
    .meta({ description: "Reads the diff once all checks pass, before the judge; its findings go into the next turn." }),
  budget: budgetSchema(" No limit when absent beside `fan_out`.")
    .prefault({})
    .meta({ description: "Limits over the whole thread. When one is reached, the agent wraps up and a person is asked." }),
  on_failure: onFailureSchema("ask").prefault({}).meta({ description: "What to do when the work does not get on." }),
  risk: riskList
    .default([])
    .meta({ description: "Boundaries the agent must respect; part of its contract and given to the judge." }),
  host: host.prefault({}).meta({ description: "Which hosts may run the thread. `baton run --on` overrides it." }),
  deliver: deliver.prefault({}).meta({ description: "Where the result goes." }),
  fan_out: fanOutSchema
    .optional()
    .meta({ description: "Work split into tasks, each done by a subagent, before the goal's own turns." }),
  subagents: subagentsSchema.optional().meta({
    description: "Lets the worker ask for subagents in its turns. Absent: it cannot. `{}` allows them with the defaults.",
  }),
}).meta({ title: "Baton goal file", description: "The contract of a goal loop." });

export type GoalInput = z.output<typeof goalSchema>;
