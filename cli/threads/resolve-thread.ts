import type { Client } from "@temporalio/client";
import { BatonFailure } from "../../domain/failure.ts";
import { describeThread } from "./describe-thread.ts";
import { listThreads, threadsStartingWith } from "./list-threads.ts";
import { nearestNames } from "./nearest-names.ts";

/** The id of the thread that `name` means: its id, `thread/<id>`, or an unambiguous beginning of the id. */
export async function resolveThread(client: Client, name: string): Promise<string> {
  const wanted = name.replace(/^thread\//, "").toLowerCase();
  // Anything else cannot be an id, and must not reach the visibility query.
  if (!/^[a-z0-9][a-z0-9-]*$/.test(wanted)) throw await notFound(client, name);
  if ((await describeThread(client, wanted)) !== undefined) return wanted;
  const ids = [...new Set((await threadsStartingWith(client, wanted)).map(({ id }) => id))];
  if (ids.length === 1) return ids[0]!;
  if (ids.length === 0) throw await notFound(client, name);
  const sample = ids.slice(0, 5).join(", ");
  throw new BatonFailure(
    "NotFound",
    `"${name}" is the beginning of ${ids.length} threads: ${sample}${ids.length > 5 ? ", …" : ""}`,
    {
      next: "give more of the thread's id",
    },
  );
}

async function notFound(client: Client, name: string): Promise<BatonFailure> {
  const known = (await listThreads(client, { all: true })).map(({ id }) => id);
  const near = nearestNames(name, known);
  const hint = near.length === 0 ? "" : `; near to it: ${near.join(", ")}`;
  return new BatonFailure("NotFound", `there is no thread "${name}"${hint}`, { next: "baton ls --all" });
}
