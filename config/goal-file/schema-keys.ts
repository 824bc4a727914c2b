import { z } from "zod";
import { goalSchema } from "./schema.ts";
import type { Path } from "./source.ts";

/** The parts of generated JSON Schema that Baton reads again. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly "x-unit"?: string;
}

/** JSON Schema (draft 2020-12) of the goal file, for editors. */
export function goalJsonSchema(): JsonSchema {
  return z.toJSONSchema(goalSchema, {
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      // Zod drops the default of a transformed value that stays optional.
      const { "x-default": standIn, ...rest } = jsonSchema;
      if (standIn !== undefined) Object.assign(jsonSchema, rest, { default: standIn, "x-default": undefined });
    },
  }) as JsonSchema;
}

export interface KeyPlace {
  /** Dotted; list positions left out. */
  readonly path: string;
  readonly key: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** Every key of the goal file, parents before children, in the order of the schema. */
export function goalKeys(schema: JsonSchema, prefix = ""): KeyPlace[] {
  const object = objectOf(schema);
  return Object.entries(object?.properties ?? {}).flatMap(([key, child]) => {
    const place = { path: prefix + key, key, schema: child, required: object?.required?.includes(key) ?? false };
    return [place, ...goalKeys(child, `${prefix}${key}${objectIsItem(child) ? "[]" : ""}.`)];
  });
}

/** Keys allowed in the mapping at `path`. */
export function keysAt(schema: JsonSchema, path: Path): string[] {
  const [head, ...rest] = path;
  if (head === undefined) return Object.keys(objectOf(schema)?.properties ?? {});
  const child = typeof head === "number" ? schema.items : objectOf(schema)?.properties?.[String(head)];
  return child === undefined ? [] : keysAt(child, rest);
}

function objectOf(schema: JsonSchema): JsonSchema | undefined {
  if (schema.properties !== undefined) return schema;
  return schema.anyOf?.find((branch) => branch.properties !== undefined) ?? (schema.items && objectOf(schema.items));
}

function objectIsItem(schema: JsonSchema): boolean {
  return schema.items !== undefined && objectOf(schema.items) !== undefined;
}
