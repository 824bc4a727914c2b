import { z } from "zod";
import { amount, duration, line, listOf, mapping, oneOf, rawText, text, wholeNumber } from "./leaf-schemas.ts";

function notNegative(expected: string) {
  return z.number({ error: `expected ${expected}` }).min(0, { error: `expected ${expected}` });
}

const price = mapping({
  input: notNegative("USD per million tokens").meta({ description: "USD per million input tokens that were not cached." }),
  cached: notNegative("USD per million tokens").meta({ description: "USD per million cached input tokens." }),
  output: amount("USD per million tokens, more than zero").meta({ description: "USD per million output tokens." }),
}).meta({
  description: "Prices, for agents that report no cost. With it a USD budget counts tokens times price.",
  "x-unit": "USD per million tokens",
});

const environmentItem = line("NAME or NAME=value")
  .regex(/^[A-Za-z_][A-Za-z0-9_]*(=.*)?$/, { error: "expected NAME or NAME=value", abort: true })
  .regex(/^(?!BATON_|TEMPORAL_)/, { error: "is Baton's own: names that begin with BATON_ or TEMPORAL_ are never passed on" });

const command = {
  model: line("a model name")
    .optional()
    .meta({ description: "Model the agent is asked to use. The agent's own setting when absent." }),
  args: listOf(rawText("text"), "a list of arguments").default([]).meta({ description: "Further arguments of the executable." }),
  env: listOf(environmentItem, "a list of NAME or NAME=value").default([]).meta({
    description:
      "Environment variables of the agent: NAME passes the host's variable through, NAME=value sets it. Nothing else of the host's environment but the basics (PATH, HOME, locale) reaches it.",
  }),
  bin: line("an executable").optional().meta({
    description: "Executable: a name on PATH, or a path. A relative path with a slash starts at the goal file's folder.",
  }),
  run: text("a shell command")
    .optional()
    .meta({ description: "Shell command line, for `use: command` in place of `bin` and `args`. The prompt comes on stdin." }),
  price: price.optional(),
};

const workerUses = ["codex", "claude", "command"] as const;
const judgeUses = ["codex", "claude", "model", "command", "none"] as const;

export const workerSchema = mapping(
  {
    use: oneOf(workerUses).meta({ description: "Kind of agent: `codex`, `claude`, or any `command`." }),
    ...command,
  },
  "a mapping such as { use: codex } (codex, claude or command)",
).meta({ description: "The agent that does the work." });

export const judgeSchema = mapping(
  {
    use: oneOf(judgeUses).meta({
      description:
        "Kind of judge: an agent (`codex`, `claude`), an API `model`, a `command` that reads and writes JSON, or `none`.",
    }),
    ...command,
    timeout: duration().prefault("5m").meta({ description: "Longest time one judgement may take." }),
    provider: oneOf(["openai-compatible", "anthropic"])
      .optional()
      .meta({ description: "API of `use: model`; `openai-compatible` when absent." }),
    base_url: line("an http or https address")
      .regex(/^https?:\/\/[^\s/]+\S*$/, { error: "expected an http or https address" })
      .optional()
      .meta({ description: "Address of the API of `use: model`. The provider's own when absent." }),
    api_key_env: line("the name of an environment variable")
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "expected the name of an environment variable, not the key itself" })
      .optional()
      .meta({
        description:
          "Name of the host's environment variable that holds the API key of `use: model`. When absent `ANTHROPIC_API_KEY` or `OPENAI_API_KEY`, or no key beside a `base_url` of one's own.",
      }),
  },
  "a mapping such as { use: claude }",
).meta({ description: "Who judges the criteria once all checks pass. A different, usually smaller model than the worker's." });

export const plannerSchema = mapping(
  {
    use: oneOf(workerUses).meta({ description: "Kind of agent: `codex`, `claude`, or any `command` that prints JSON." }),
    ...command,
    timeout: duration().prefault("10m").meta({ description: "Longest time the planning may take." }),
  },
  "a mapping such as { use: claude }",
).meta({ description: "The agent that splits the goal into tasks, for `fan_out.planner`." });

export const reviewSchema = mapping(
  {
    use: oneOf(workerUses).meta({ description: "Kind of agent: `codex`, `claude`, or any `command` that prints JSON." }),
    ...command,
    instructions: text().optional().meta({ description: "What the reviewer shall look for, besides the goal." }),
    rounds: wholeNumber().default(2).meta({
      description: "Times that findings go back to the worker; then the work goes on to the judge with what is still open.",
      "x-unit": "rounds",
    }),
    timeout: duration().prefault("10m").meta({ description: "Longest time one review may take." }),
  },
  "a mapping such as { use: claude }",
);

export type PlannerInput = z.output<typeof plannerSchema>;
export type ReviewInput = z.output<typeof reviewSchema>;
export type WorkerInput = z.output<typeof workerSchema>;
export type JudgeInput = z.output<typeof judgeSchema>;
