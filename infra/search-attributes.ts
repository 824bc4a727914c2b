import type { Connection } from "@temporalio/client";
import { BatonFailure } from "../domain/failure.ts";
import { searchAttributes } from "../workflows/search-attributes.ts";
import { explainConnectError } from "./explain-connect-error.ts";

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

const answerMs = 5_000;
// gRPC's DEADLINE_EXCEEDED, NOT_FOUND and UNAVAILABLE: the service or the namespace is not there.
const unanswered: readonly unknown[] = [4, 5, 14];

type Namespace = Pick<Connection, "operatorService" | "workflowService" | "withDeadline">;

/** Registers those of Baton's search attributes that the namespace lacks. Throws `BatonFailure` when it may not. */
export async function registerSearchAttributes(connection: Namespace, namespace: string): Promise<void> {
  try {
    await connection.withDeadline(Date.now() + answerMs, () => registerMissing(connection, namespace));
  } catch (error) {
    if (isAlreadyThere(error) || (await areKnown(connection, namespace))) return;
    throw registrationFailure(error, namespace);
  }
}

async function registerMissing({ operatorService }: Namespace, namespace: string): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((key) => customAttributes[key.name] === undefined);
  if (missing.length === 0) return;
  const wanted = Object.fromEntries(missing.map((key) => [key.name, typeNumbers[key.type]]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
}

/** Whoever may not look after search attributes can still use them. */
async function areKnown(connection: Namespace, namespace: string): Promise<boolean> {
  const query = Object.values(searchAttributes)
    .map(({ name }) => `${name} IS NULL`)
    .join(" AND ");
  const asked = () => connection.workflowService.countWorkflowExecutions({ namespace, query });
  return connection.withDeadline(Date.now() + answerMs, asked).then(
    () => true,
    () => false,
  );
}

function registrationFailure(error: unknown, namespace: string): BatonFailure {
  const { code, message } = error as { code?: number; message: string };
  const { cause, next } = unanswered.includes(code)
    ? explainConnectError({ code, message, tls: false, namespace })
    : {
        cause: `Baton's search attributes are missing in namespace ${namespace}: ${message}`,
        next: `temporal operator search-attribute create --namespace ${namespace} ${createFlags()}`,
      };
  return new BatonFailure("TemporalUnreachable", `The Temporal Service cannot be used: ${cause}`, {
    where: `namespace ${namespace}`,
    next,
    cause: error,
  });
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
