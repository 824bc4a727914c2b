import { z } from "zod";

/** A status as judges write it; `not yet` with a space is taken as well. */
const statusSchema = z.preprocess(
  (value) => (typeof value === "string" ? value.trim().toLowerCase().replace(/[ -]/g, "_") : value),
  z.enum(["met", "not_yet", "impossible"]),
);

const criterionSchema = z.union([z.number().int().positive(), z.string().min(1)]);

/** What any judge must answer. Members beyond these are dropped, a missing one makes the answer invalid. */
export const verdictSchema = z.object({
  overall: statusSchema,
  criteria: z.array(z.object({ criterion: criterionSchema, status: statusSchema, evidence: z.string() })),
  reason: z.string(),
});

export type RawVerdict = z.infer<typeof verdictSchema>;

const status = { type: "string", enum: ["met", "not_yet", "impossible"] } as const;

/** The same as JSON Schema, strict enough for services that enforce it: every member required, none besides. */
export const verdictJsonSchema = {
  type: "object",
  properties: {
    overall: status,
    criteria: {
      type: "array",
      items: {
        type: "object",
        properties: {
          criterion: { type: "integer", description: "the criterion's number" },
          status,
          evidence: { type: "string", description: "file and line, check or quoted output that shows it" },
        },
        required: ["criterion", "status", "evidence"],
        additionalProperties: false,
      },
    },
    reason: { type: "string", description: "what is missing, or why the goal is met or impossible" },
  },
  required: ["overall", "criteria", "reason"],
  additionalProperties: false,
} as const;
