import { durationPattern } from "./quantities.ts";
import { goalKeys, type JsonSchema, type KeyPlace } from "./schema-keys.ts";

/** Sections whose keys stand elsewhere as well: only what differs there is told again. */
const likeOthers = /^(agents\.planner|review|fan_out)\./;

/** Markdown table of every key: kind of value, default, unit, meaning. */
export function documentKeys(schema: JsonSchema): string {
  const told = new Set<string>();
  const rows = goalKeys(schema).flatMap((place) => {
    const [path, ...rest] = cells(place);
    const meaning = [place.key, ...rest].join("|");
    if (likeOthers.test(place.path) && told.has(meaning)) return [];
    told.add(meaning);
    return [`| ${[path, ...rest].join(" | ")} |`];
  });
  return ["| key | value | default | unit | meaning |", "|---|---|---|---|---|", ...rows].join("\n");
}

function cells(place: KeyPlace): string[] {
  const { schema } = place;
  const unit = schema["x-unit"] ?? (isDuration(schema) ? "duration" : "");
  return [`\`${place.path}\``, kindOf(schema), defaultOf(place), unit, schema.description ?? ""].map((cell) =>
    cell.replaceAll("|", String.raw`\|`),
  );
}

function kindOf(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(", ");
  if (isDuration(schema)) return "text";
  if (schema.items !== undefined) return schema.items.anyOf === undefined ? "list of text" : "list of text or mappings";
  if (schema.anyOf !== undefined) return schema.anyOf.map(kindOf).join(" or ");
  const names: Record<string, string> = {
    string: "text",
    object: "mapping",
    integer: "whole number",
    number: "number",
    boolean: "`true`, `false`",
  };
  return names[schema.type ?? ""] ?? schema.type ?? "";
}

function defaultOf({ schema, required }: KeyPlace): string {
  if (required) return "required";
  const value = schema.default;
  if (typeof value !== "object" || value === null)
    return value === undefined ? "" : `\`${JSON.stringify(value).replaceAll('"', "")}\``;
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${JSON.stringify(item).replaceAll('"', "")}`);
  return entries.length === 0 ? "" : `\`{ ${entries.join(", ")} }\``;
}

function isDuration(schema: JsonSchema): boolean {
  return schema.pattern === durationPattern.source;
}
