import { z } from "zod";
import { amount, count, duration, globs, listOf, mapping, oneOf, text, wholeNumber } from "./leaf-schemas.ts";

/** Defaults of a goal that nothing else limits; a fan-out has none of them over its whole tree. */
export const defaultTurns = 30;
export const defaultTime = "8h";

export const scopeSchema = mapping({
  allow: globs()
    .default([])
    .meta({ description: "Paths the agent may change. Empty: all. A change elsewhere is reported to agent and judge." }),
  protect: globs()
    .default([])
    .meta({ description: "Paths put back to the base commit before every verification, so that changing them cannot help." }),
});

/** `note` is told of the limits that have a default. */
export function budgetSchema(note = "") {
  return mapping({
    turns: wholeNumber()
      .optional()
      .meta({
        "x-default": defaultTurns,
        description: `Turns of the worker.${note}`,
        "x-unit": "turns",
      }),
    time: duration()
      .optional()
      .meta({
        "x-default": defaultTime,
        description: `Time spent working: turns, verification, reviews, judging.${note}`,
      }),
    wall_time: duration()
      .optional()
      .meta({ description: "Time since the thread was opened, waiting included. No limit when absent." }),
    tokens: count().optional().meta({
      description: "Input, cached input and output tokens of worker, reviewer and judge together. No limit when absent.",
      "x-unit": "tokens",
    }),
    usd: amount("an amount in USD of more than zero").optional().meta({
      description: "Cost of worker, reviewer and judge together. No limit when absent.",
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
}

/** `then` differs: a subagent that cannot go on fails, a goal asks. */
export function onFailureSchema(then: "ask" | "stop") {
  return mapping({
    same_failure: wholeNumber()
      .default(3)
      .meta({ description: "Times the same failure may come back before something is done about it.", "x-unit": "turns" }),
    no_progress: wholeNumber()
      .default(5)
      .meta({ description: "Turns without progress before something is done about it.", "x-unit": "turns" }),
    // oxlint-disable-next-line unicorn/no-thenable -- the goal file's own word; never awaited
    then: oneOf(["ask", "stop"])
      .default(then)
      .meta({ description: "When nothing helped: `ask` a person and wait, or `stop` as failed." }),
  });
}

export const goalText = text("the objective in a sentence").meta({
  description: "The objective: what shall be true in the end.",
  examples: ["Every test in test/cart passes and lint is clean"],
});

export const backgroundText = text()
  .optional()
  .meta({ description: "What the agent should know: why, where to look, what was tried." });

export const doneList = listOf(text("a criterion"), "a list of criteria");

export const riskList = listOf(text("a boundary"), "a list of boundaries");

export const setupCommand = text("a shell command").optional();

export const setupCache = z.boolean({ error: "expected true or false" }).optional();
