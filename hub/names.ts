import { BatonFailure } from "../domain/failure.ts";
import { hubLimits } from "./limits.ts";
import type { AnnouncedHost } from "./wire.ts";

const name = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const object = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const artifact = /^[0-9a-f]{64}$/;
const taskKey = /^[0-9a-f]{32}$/;

/** Refuses an id that is no safe file and ref name. */
export function checkName(kind: "repository" | "thread" | "host", value: string): void {
  // Git allows neither of these in a ref.
  const unfit = value.includes("..") || value.endsWith(".") || value.endsWith(".lock");
  if (!name.test(value) || unfit) refuse(`${kind} id`, value, "use lower case letters, digits, '-', '_' and single dots");
}

export function checkThread({ repository, thread }: { repository: string; thread: string }): void {
  checkName("repository", repository);
  checkName("thread", thread);
}

/** Refuses a host's record that is too large or lacks its places. */
export function checkHost(host: AnnouncedHost): asserts host is AnnouncedHost & { places: { total: number; taken: number } } {
  checkName("host", host.id);
  if (host.places === null || !Number.isFinite(host.load1)) refuse("host", host.id, "give its places and its load");
  const bytes = Buffer.byteLength(JSON.stringify(host));
  if (bytes > hubLimits.hostBytes) refuse("host", host.id, "give at most 64 KiB");
}

/** Refuses whatever is no full object id. */
export function checkObjects(values: readonly string[]): void {
  const bad = values.find((value) => !object.test(value));
  if (bad !== undefined) refuse("git object id", bad, "give the full hexadecimal id");
}

export function checkArtifact(value: string): void {
  if (!artifact.test(value)) refuse("artifact id", value, "give the id that storing it returned");
}

/** Refuses whatever is no task's key, and more of them than the largest fan-out has. */
export function checkKeys(values: readonly string[]): void {
  const bad = values.find((value) => !taskKey.test(value));
  if (bad !== undefined) refuse("task key", bad, "give 32 hexadecimal digits");
  if (values.length > hubLimits.keys) refuse("number of task keys", String(values.length), `ask for at most ${hubLimits.keys}`);
}

export function checkEpoch(epoch: number): void {
  if (!Number.isSafeInteger(epoch) || epoch < 0) refuse("epoch", String(epoch), "give a whole number");
}

/** Refuses what is not one line of at most 64 KiB; zero bytes would look like damage to a check of the store. */
export function checkLines(lines: readonly string[]): void {
  const bad = lines.find((line) => /[\n\0]/.test(line) || Buffer.byteLength(line) > hubLimits.lineBytes);
  if (bad !== undefined) refuse("transcript line", bad, "give single lines of at most 64 KiB");
}

function refuse(what: string, value: string, next: string): never {
  throw new BatonFailure("Usage", `${JSON.stringify(value.slice(0, 120))} is not a valid ${what}`, { where: "hub", next });
}
