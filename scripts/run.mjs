import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bootstrap } from "./bootstrap.mjs";
import { runCommand } from "./run-command.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const local = (name) => join(root, "node_modules", ".bin", name);
const node = (script, ...args) => [process.execPath, script, ...args];
const vitest = (project) => [
  local("vitest"),
  "run",
  `--project=${project}`,
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=.cache/test-results/${project}.json`,
];

const steps = {
  format: [local("oxfmt"), "--check"],
  lint: [local("oxlint"), "--type-aware"],
  types: [local("tsc"), "--noEmit"],
  "dead code": [local("knip")],
  docs: node("--import", "tsx", "scripts/docs.ts", "--check"),
  unit: vitest("unit"),
  processes: vitest("processes"),
  integration: vitest("integration"),
  long: vitest("long"),
  agents: vitest("agents"),
  browser: vitest("browser"),
  crash: vitest("crash"),
};

const check = ["format", "lint", "types", "dead code", "docs", "unit"];
const gates = {
  check,
  test: [...check, "processes", "integration"],
  "test:unit": ["unit", "processes"],
  "test:integration": ["integration"],
  "test:long": ["long"],
  "test:agents": ["agents"],
  "test:browser": ["browser"],
  "test:crash": ["crash"],
};
const programs = {
  demo: node("--import", "tsx", "scripts/demo.ts"),
  "demo:handoff": node("--import", "tsx", "scripts/demo-handoff.ts"),
  "demo:fan-out": node("--import", "tsx", "scripts/demo-fan-out.ts"),
  chaos: node("--import", "tsx", "test/chaos/main.ts"),
  bench: node("--import", "tsx", "test/bench/main.ts"),
  docs: node("--import", "tsx", "scripts/docs.ts"),
  format: [local("oxfmt")],
};

const [name, ...rest] = process.argv.slice(2);
process.chdir(root);
process.exitCode = await run(name, rest);

async function run(name, rest) {
  if (!(name in gates) && !(name in programs)) {
    process.stderr.write(`run.mjs: no task "${name ?? ""}"; there are ${Object.keys({ ...gates, ...programs }).join(", ")}\n`);
    return 2;
  }
  try {
    await bootstrap();
  } catch (error) {
    process.stderr.write(`baton: ${error.message}\n`);
    return 1;
  }
  if (name in gates)
    return runGates(gates[name], name.startsWith("test:") && rest.length > 0 ? ["--passWithNoTests", ...rest] : []);
  const [file, ...args] = programs[name];
  return (await runCommand(file, [...args, ...rest])).code;
}

/** Every step runs, whatever the ones before it gave, so that one run tells everything. */
async function runGates(names, rest) {
  const failed = [];
  for (const name of names) {
    const startedAt = performance.now();
    const [file, ...args] = steps[name];
    const { code } = await runCommand(file, [...args, ...rest]);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    process.stderr.write(`${code === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)\n`);
    if (code !== 0) failed.push(name);
  }
  if (failed.length > 0) process.stderr.write(`failed: ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
}
