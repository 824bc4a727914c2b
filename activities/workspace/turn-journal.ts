import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentSession, Checkpoint } from "../../domain/turn.ts";
import { bootId } from "./boot-id.ts";
import type { OpenThread, ThreadFolder } from "./open-threads.ts";

/**
 * What a host's own disk says of the turn that runs there for a thread: its next process takes up what this one leaves. Only
 * written from before the agent starts until the hub has the checkpoint.
 */
export interface TurnJournal {
  /** Start of the machine that it was written in; empty where that is unknown. */
  readonly boot: string;
  readonly epoch: number;
  readonly turn: number;
  readonly attempt: number;
  /** Newest whole turn's commit and newest snapshot that the work builds on, as `OpenThread` has them. */
  readonly commit: string;
  readonly snapshot: string | null;
  /** The agent's conversation, as soon as it is known. */
  readonly session?: AgentSession;
  /** What the attempt came to, on its way to the hub. */
  readonly ended?: Checkpoint & {
    readonly partial: boolean;
    /** It was cut off: this is the work tree as it was left. */
    readonly left?: true;
  };
}

export function readTurn(folder: ThreadFolder): TurnJournal | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(folder), "utf8")) as TurnJournal;
  } catch {
    return undefined;
  }
}

type Note = Partial<TurnJournal> & Pick<TurnJournal, "turn" | "attempt">;

/** At once, so that nothing comes between two notes; unflushed, for a power cut makes the work tree itself doubtful. */
export function noteTurn({ folder, epoch, commit, snapshot }: OpenThread, note: Note): void {
  const journal: TurnJournal = { boot: bootId(), epoch, commit, snapshot, ...note };
  if (isNewer(folder, journal)) return;
  const path = fileOf(folder);
  try {
    writeFileSync(`${path}.tmp`, JSON.stringify(journal));
    renameSync(`${path}.tmp`, path);
  } catch {
    // An older note would say less than has happened.
    rmSync(path, { force: true });
  }
}

export function forgetTurn(open: Pick<OpenThread, "folder" | "epoch">): void {
  if (!isNewer(open.folder, open)) rmSync(fileOf(open.folder), { force: true });
}

/** A turn that was overtaken may still be ending in this process. */
function isNewer(folder: ThreadFolder, { epoch }: Pick<TurnJournal, "epoch">): boolean {
  return (readTurn(folder)?.epoch ?? 0) > epoch;
}

function fileOf(folder: ThreadFolder): string {
  return join(folder.root, "turn.json");
}
