import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.mjs";

const sources = ["domain", "config", "process", "git", "hub", "activities", "workflows", "workers", "cli", "infra"];
const settings = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json", "scripts/build.mjs"];

/** Why `dist/` has to be built, or undefined when it was made from the sources as they are. */
export function buildProblem(root) {
  const stamp = join(root, "dist", ".built");
  if (!existsSync(stamp)) return "dist/ is absent or incomplete";
  return readFileSync(stamp, "utf8") === sourceHash(root) ? undefined : "the sources have changed";
}

/** Builds beside `dist/` and swaps at the end, so that an interrupted build leaves the old one whole. */
export async function buildWhenStale(root, say) {
  const problem = buildProblem(root);
  if (problem === undefined) return;
  say(`building dist/: ${problem}`);
  const startedAt = Date.now();
  const hash = sourceHash(root);
  const next = join(root, "dist.next");
  rmSync(next, { recursive: true, force: true });
  await compile(root, say);
  copyAssets(root, next);
  await bundleWorkflows(root, say);
  writeFileSync(join(next, ".built"), hash);
  swap(join(root, "dist"), next);
  say(`built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}

async function compile(root, say) {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const args = ["-p", "tsconfig.build.json", "--outDir", "dist.next", "--incremental", "false", "--tsBuildInfoFile", "null"];
  const { code, output } = await runCommand(process.execPath, [tsc, ...args], { cwd: root, capture: true });
  if (!existsSync(join(root, "dist.next"))) throw new Error(`the TypeScript compiler wrote nothing:\n${output.trimEnd()}`);
  const errors = output.match(/error TS/g)?.length ?? 0;
  if (code !== 0) say(`built in spite of ${errors} type error(s), which npm run check reports`);
}

/** Files that the program reads at run time and that the compiler does not copy. */
function copyAssets(root, next) {
  for (const file of filesUnder(root, sources)) {
    if (/\.(proto|html|css|svg)$/.test(file)) cpSync(join(root, file), join(next, file));
  }
}

async function bundleWorkflows(root, say) {
  const entry = join("dist.next", "workflows", "index.js");
  if (!existsSync(join(root, entry))) return say("no workflow bundle: workflows/index.ts is absent");
  const script = join(root, "scripts", "bundle-workflows.mjs");
  const { code, output } = await runCommand(process.execPath, [script, entry, join("dist.next", "workflow-bundle.js")], {
    cwd: root,
    capture: true,
  });
  if (code !== 0) throw new Error(`the workflow code could not be bundled:\n${output.trimEnd()}`);
}

function swap(dist, next) {
  const old = `${dist}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
}

function sourceHash(root) {
  const hash = createHash("sha256").update(process.version);
  for (const file of [...settings, ...filesUnder(root, sources)]) {
    hash.update(`\0${file}\0`).update(existsSync(join(root, file)) ? readFileSync(join(root, file)) : "");
  }
  return hash.digest("hex");
}

function filesUnder(root, folders) {
  return folders.flatMap((folder) => {
    if (!existsSync(join(root, folder))) return [];
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
      .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
      .toSorted();
  });
}
