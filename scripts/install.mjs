import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "./lock.mjs";
import { runCommand } from "./run-command.mjs";

/** Why `npm ci` has to run, or undefined when node_modules is what the lockfile says. */
export function installProblem(root) {
  const modules = join(root, "node_modules");
  if (!existsSync(modules)) return "node_modules is absent";
  if (readText(stampOf(root)) === lockHash(root)) return undefined;
  // npm writes this file when it is done, so an interrupted install does not have it.
  const installed = readText(join(modules, ".package-lock.json"));
  if (installed === undefined) return "the last install was interrupted";
  if (!sameVersions(readText(join(root, "package-lock.json")), installed)) return "package-lock.json has changed";
  writeFileSync(stampOf(root), lockHash(root));
  return undefined;
}

export async function installWhenStale(root, say) {
  const problem = installProblem(root);
  if (problem === undefined) return;
  say(`installing dependencies with npm ci: ${problem} (about half a minute)`);
  const startedAt = Date.now();
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  await endLeftOver(root);
  const { code, output } = await runCommand(npm, ["ci", "--no-audit", "--no-fund"], {
    cwd: root,
    capture: true,
    onStart: (pid) => writeFileSync(runningFile(root), JSON.stringify({ pid, started: startOf(pid) })),
  });
  rmSync(runningFile(root), { force: true });
  if (code !== 0) throw new Error(`npm ci failed:\n${output.trimEnd()}`);
  writeFileSync(stampOf(root), lockHash(root));
  say(`dependencies installed in ${Math.round((Date.now() - startedAt) / 1000)} s`);
}

/** An npm whose parent was killed goes on, and two of them in one folder spoil each other's work. */
async function endLeftOver(root) {
  const text = readText(runningFile(root));
  if (text === undefined) return;
  const { pid, started } = JSON.parse(text);
  const lives = () => startOf(pid) === started;
  if (started === undefined || !lives()) return;
  process.kill(pid, "SIGKILL");
  while (lives()) await sleep(50);
}

function runningFile(root) {
  return join(root, ".cache", "npm-ci.json");
}

function sameVersions(lock, installed) {
  try {
    const wanted = Object.entries(JSON.parse(lock).packages).filter(([path, entry]) => path !== "" && !entry.optional);
    const present = JSON.parse(installed).packages;
    return wanted.every(([path, entry]) => present[path]?.version === entry.version);
  } catch {
    return false;
  }
}

function stampOf(root) {
  return join(root, "node_modules", ".baton-installed");
}

function lockHash(root) {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
