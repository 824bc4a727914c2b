import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { killPoints, type KillPoint } from "../crash/kill-points.ts";
import { until } from "./until.ts";

/** A function declaration of the built product, and the side of it. */
export interface KillPointPlace {
  /** Below `dist/`. */
  readonly file: string;
  readonly function: string;
  readonly at: "before" | "after";
}

/** What the next process that passes a point does there; `wait` is until it is released, a minute at most. */
export type AtPoint = "SIGKILL" | "SIGSTOP" | "wait";

/** The points of one machine's processes. */
export interface KillPoints {
  /** Environment that the processes are started with. */
  readonly env: Readonly<Record<string, string>>;
  arm(point: KillPoint, action?: AtPoint): void;
  disarm(point: KillPoint): void;
  hasReached(point: KillPoint): boolean;
  reached(point: KillPoint, withinMs?: number): Promise<void>;
  release(point: KillPoint): void;
  /** Forgets what was armed and reached. */
  clear(): void;
}

/** `folder` is made, and is the caller's to remove. */
export function openKillPoints(folder: string): KillPoints {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "points.json"), JSON.stringify(killPoints));
  const at = (point: KillPoint, state: "armed" | "reached" | "released") => join(folder, `${point}.${state}`);
  const hasReached = (point: KillPoint) => existsSync(at(point, "reached"));
  const forget = (point: KillPoint) => {
    for (const state of ["armed", "reached", "released"] as const) rmSync(at(point, state), { force: true });
  };
  return {
    env: {
      NODE_OPTIONS: `--import=${new URL("kill-points/register.mjs", import.meta.url).href}`,
      BATON_KILL_POINTS: folder,
    },
    arm(point, action = "SIGKILL") {
      forget(point);
      writeFileSync(at(point, "armed"), action);
    },
    disarm: (point) => rmSync(at(point, "armed"), { force: true }),
    hasReached,
    async reached(point, withinMs = 30_000) {
      await until(() => hasReached(point), { why: `nothing came to the point ${point}`, withinMs });
    },
    release: (point) => writeFileSync(at(point, "released"), ""),
    clear() {
      for (const point of Object.keys(killPoints) as KillPoint[]) forget(point);
    },
  };
}
