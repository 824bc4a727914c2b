import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TurnReport } from "../../domain/turn.ts";

type Ledger = Pick<TurnReport, "turn" | "attempt" | "epoch" | "usage">;

/** What the hub's disk says of a thread. */
export interface HubThread {
  readonly epoch: number;
  readonly settledAt?: string;
  /** Work that came after its epoch was over, or that an epoch left unfinished. */
  readonly attempts: readonly { readonly epoch: number; readonly why: string }[];
  /** Ledgers of ended attempts along the chain of accepted checkpoints, oldest first. */
  readonly ledgers: readonly Ledger[];
}

export function readHubThread(hub: string, thread: string): HubThread {
  const record = JSON.parse(readFileSync(join(hub, "threads", `${thread}.json`), "utf8")) as Omit<HubThread, "ledgers"> & {
    readonly repository: string;
  };
  const gitDir = join(hub, "repositories", `${record.repository}.git`);
  const git = (args: readonly string[], input = "") =>
    execFileSync("git", ["--git-dir", gitDir, ...args], { input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  const ref = `refs/baton/threads/${thread}`;
  const chain = git(["for-each-ref", ref]) === "" ? "" : git(["rev-list", "--first-parent", "--reverse", ref]);
  const wanted = chain.replaceAll(/(?<=.)$/gm, ":ledger.json");
  // Work commits below the first snapshot have no ledger: `missing`.
  const found = chain === "" ? [] : git(["cat-file", "--batch"], wanted).split("\n");
  const ledgers = found
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Ledger | { inside: true } | { merge: unknown });
  return { ...record, attempts: record.attempts ?? [], ledgers: ledgers.flatMap((each) => ("usage" in each ? [each] : [])) };
}
