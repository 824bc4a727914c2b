import { z } from "zod";
import { duration, finiteNumber, line, listOf, mapping, rawText, refuse, text } from "./leaf-schemas.ts";

function regexProblem(pattern: string): string | undefined {
  try {
    // The empty alternative always matches, so the match's length tells the number of groups.
    const groups = new RegExp(`${pattern}|`, "m").exec("")?.length ?? 1;
    return groups > 1 ? undefined : "the regular expression needs a group in parentheses around the number";
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(": ").at(-1) : "it does not parse";
    return `invalid regular expression: ${reason}`;
  }
}

const metric = mapping({
  match: rawText("a regular expression")
    .check((context) => {
      const problem = regexProblem(context.value);
      if (problem !== undefined) refuse(context, problem);
    })
    .optional()
    .meta({ description: "Regular expression over the output; its first group is the number. Either this or `json`." }),
  json: line("a path such as results.0.p95")
    .optional()
    .meta({ description: "Path of the number in the JSON on stdout, parts separated by dots. Either this or `match`." }),
  unit: line("a unit such as ms").optional().meta({ description: "Shown beside the number; nothing is converted." }),
  at_most: finiteNumber().optional().meta({ description: "The check fails when the number is greater." }),
  at_least: finiteNumber().optional().meta({ description: "The check fails when the number is smaller." }),
})
  .check((context) => {
    const { match, json, at_most, at_least } = context.value;
    if (match === undefined && json === undefined) refuse(context, "needs match (a regular expression) or json (a path)");
    if (match !== undefined && json !== undefined) refuse(context, "has both match and json; keep one", ["json"]);
    if (at_most !== undefined && at_least !== undefined && at_least > at_most) {
      refuse(context, `at_least ${at_least} is greater than at_most ${at_most}: no number can pass`, ["at_least"]);
    }
  })
  .meta({ description: "A number to read from the output, compared with thresholds and with the best so far." });

const check = mapping(
  {
    name: line("a name").max(80, { error: "expected a name of at most 80 characters" }).optional().meta({
      description: "Short name, unique within the goal. The first line of `run` when absent.",
    }),
    run: text("a shell command").meta({
      description: "Shell command, run at the root of a clean checkout. Passes with exit code 0.",
    }),
    timeout: duration().prefault("10m").meta({ description: "Longest time the command may take; then it is killed and fails." }),
    metric: metric.optional(),
  },
  "a shell command or a mapping such as { name: tests, run: npm test }",
);

export const verifySchema = listOf(
  z.union([text("a shell command").meta({ description: "Shell command; also its name." }), check], {
    error: "expected a shell command or a mapping such as { name: tests, run: npm test }",
  }),
  "a list of checks",
);

export type CheckInput = z.output<typeof check>;
