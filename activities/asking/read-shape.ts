import { z } from "zod";
import { jsonAnswer } from "./json-answer.ts";

interface Reading<S> {
  readonly schema: S;
  /** Who answered: `the judge`. */
  readonly who: string;
  /** What a problem calls the answer. */
  readonly called: string;
}

/** The JSON in an agent's answer when it has the asked shape, or why it cannot be used. */
export function readShape<S extends z.ZodType>(
  answer: unknown,
  { schema, who, called }: Reading<S>,
): { readonly value: z.output<S> } | { readonly invalid: string } {
  const value = jsonAnswer(answer);
  if (value === undefined) return { invalid: `${who} answered with prose instead of JSON` };
  const parsed = schema.safeParse(value);
  if (parsed.success) return { value: parsed.data };
  return { invalid: `${called} does not have the asked shape: ${z.prettifyError(parsed.error)}` };
}
