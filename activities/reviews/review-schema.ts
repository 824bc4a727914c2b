import { z } from "zod";

/** Strict services want every member, so what is missing comes as null; a sloppy one leaves it out. */
const absent = z.null().transform(() => undefined);

const findingSchema = z.object({
  text: z.string().trim().min(1),
  file: z.union([z.string(), absent]).optional(),
  line: z.union([z.number().int().nonnegative(), absent]).optional(),
  blocking: z.boolean(),
});

/** What any reviewer must answer. Members beyond these are dropped. */
export const reviewSchema = z.object({ approve: z.boolean(), findings: z.array(findingSchema) });

/** The same as JSON Schema, strict enough for services that enforce it: every member required, none besides. */
export const reviewJsonSchema = {
  type: "object",
  properties: {
    approve: { type: "boolean", description: "whether the work may go on as it is" },
    findings: {
      type: "array",
      items: {
        type: "object",
        properties: {
          text: { type: "string", description: "what is wrong, what shows it, and what would be right" },
          file: { type: ["string", "null"], description: "path in the repository; null when it is about none" },
          line: { type: ["integer", "null"], description: "line in the file as it is now; null when it is about none" },
          blocking: { type: "boolean", description: "false for a remark that the worker may pass over" },
        },
        required: ["text", "file", "line", "blocking"],
        additionalProperties: false,
      },
    },
  },
  required: ["approve", "findings"],
  additionalProperties: false,
} as const;
