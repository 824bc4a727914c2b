import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProblem, buildWhenStale } from "./build.mjs";
import { installProblem, installWhenStale } from "./install.mjs";
import { withLock } from "./lock.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const oldestNode = [20, 19];

/** Makes a checkout ready to run: dependencies installed, `dist/` built. Does nothing when both are up to date. */
export async function bootstrap() {
  checkNode();
  if (installProblem(root) === undefined && buildProblem(root) === undefined) return;
  await withLock(
    join(root, ".cache", "bootstrap.lock"),
    async () => {
      await installWhenStale(root, say);
      await buildWhenStale(root, say);
    },
    { onWait: (pid) => say(`waiting for another build of this checkout${pid === undefined ? "" : ` (process ${pid})`}`) },
  );
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return;
  fail(`Baton needs Node ${oldestNode.join(".")} or newer; this is ${process.version} (${process.execPath}).`);
}

function say(line) {
  process.stderr.write(`baton: ${line}\n`);
}

function fail(message) {
  say(message);
  process.exit(1);
}

if (process.argv[1] !== undefined && existsSync(process.argv[1]) && fileURLToPath(import.meta.url) === process.argv[1]) {
  try {
    await bootstrap();
  } catch (error) {
    fail(error.message);
  }
}
