import type { Connection } from "@temporalio/client";
import { BatonFailure } from "../domain/failure.ts";
import { searchAttributes } from "../workflows/search-attributes.ts";

const typeNames = {
  TEXT: "Text",
  KEYWORD: "Keyword",
  INT: "Int",
  DOUBLE: "Double",
  BOOL: "Bool",
  DATETIME: "Datetime",
  KEYWORD_LIST: "KeywordList",
} as const;
// Numbers of temporal.api.enums.v1.IndexedValueType.
const typeNumbers = { TEXT: 1, KEYWORD: 2, INT: 3, DOUBLE: 4, BOOL: 5, DATETIME: 6, KEYWORD_LIST: 7 } as const;

/** Name and type as Temporal's CLI takes them: `BatonTurn=Int`. */
export function searchAttributeFlags(): string[] {
  return Object.values(searchAttributes).map((key) => `${key.name}=${typeNames[key.type]}`);
}

/** Registers those of Baton's search attributes that the namespace lacks. Throws `BatonFailure` when it may not. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { operatorService } = connection;
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const missing = Object.values(searchAttributes).filter((key) => customAttributes[key.name] === undefined);
    if (missing.length === 0) return;
    const wanted = Object.fromEntries(missing.map((key) => [key.name, typeNumbers[key.type]]));
    await operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  } catch (error) {
    if (isAlreadyThere(error)) return;
    throw new BatonFailure(
      "TemporalUnreachable",
      `Baton's search attributes are missing in namespace ${namespace}: ${(error as Error).message}`,
      {
        next: `temporal operator search-attribute create --namespace ${namespace} ${createFlags()}`,
        cause: error,
      },
    );
  }
}

/** Another host may have registered them in the meantime. */
function isAlreadyThere(error: unknown): boolean {
  return (error as { code?: unknown }).code === 6;
}

function createFlags(): string {
  return Object.values(searchAttributes)
    .map((key) => `--name ${key.name} --type ${typeNames[key.type]}`)
    .join(" ");
}
