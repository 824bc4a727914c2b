import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { BenchWorld } from "./bench-world.ts";
import { verifyCommand, type SampleWork } from "./sample-work.ts";
import { median } from "./statistics.ts";

const loop = `
turn=1
while [ $turn -le $TURNS ]; do
  BATON_TURN=$turn "$AGENT" </dev/null
  git add -A
  git commit --quiet -m "turn $turn"
  sh -c '${verifyCommand}'
  turn=$((turn + 1))
done
`;

/** Milliseconds per turn of the plainest loop there is: agent, commit and verification in place, in one shell. */
export function runShellLoop(world: BenchWorld, work: SampleWork, turns: number): number {
  const copy = join(world.root, "shell-loop");
  rmSync(copy, { recursive: true, force: true });
  cpSync(work.repository, copy, { recursive: true });
  const env = { ...world.env, TURNS: String(turns), AGENT: work.agent };
  execFileSync("git", ["status", "--short"], { cwd: copy, env });
  const startedAt = performance.now();
  const { status } = spawnSync("/bin/sh", ["-c", loop], { cwd: copy, env, stdio: "ignore" });
  const tookMs = performance.now() - startedAt;
  rmSync(copy, { recursive: true, force: true });
  if (status !== 0) throw new Error(`the shell loop ended with ${status}, so its last verification failed`);
  return tookMs / turns;
}

/** Milliseconds of a turn's agent and verifier as processes of their own, medians of `times` each. */
export function runAlone(world: BenchWorld, work: SampleWork, times: number): number {
  const env = { ...world.env, TURNS: "2", BATON_TURN: "1" };
  const run = (file: string, args: readonly string[]) =>
    median(
      Array.from({ length: times }, () => {
        const startedAt = performance.now();
        spawnSync(file, args, { cwd: work.repository, env, stdio: "ignore" });
        return performance.now() - startedAt;
      }),
    );
  const tookMs = run(work.agent, []) + run("/bin/sh", ["-c", verifyCommand]);
  execFileSync("git", ["checkout", "--quiet", "--", "."], { cwd: work.repository, env: world.env });
  return tookMs;
}
