import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { manifestsIn } from "../../git/manifests.ts";
import { findExecutable, resolved } from "../agents/find-executable.ts";

interface KeyedSetup {
  readonly repository: string;
  readonly setup: string;
  /** Bare object store that has the commit. */
  readonly store: string;
  readonly commit: string;
  readonly env: Readonly<Record<string, string>>;
}

const tools = "node npm pnpm yarn bun python3 pip uv poetry ruby bundle go cargo rustc java mvn gradle php composer mix gcc";

/** What all checkouts have in common in which `setup` makes the same files: command, manifests, tools, environment. */
export async function setupKey({ repository, setup, store, commit, env }: KeyedSetup): Promise<string> {
  const [manifests, versions] = await Promise.all([
    manifestsIn(store, commit),
    Promise.all(tools.split(" ").map((tool) => stampOf(tool, env))),
  ]);
  const variables = Object.entries(env)
    .filter(([name]) => matters(name, setup))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [repository, setup, manifests, process.platform, process.arch, versions, variables];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** Markers differ from thread to thread; so do the fields of a task, which matter only to a command that names them. */
function matters(name: string, setup: string): boolean {
  return name.startsWith("BATON_") ? name.startsWith("BATON_TASK_") && setup.includes(name) : true;
}

async function stampOf(tool: string, env: Readonly<Record<string, string>>): Promise<string> {
  const found = await findExecutable(tool, env);
  if ("problem" in found) return "";
  const path = await resolved(found.path);
  const { mtimeMs, size } = await stat(path);
  return `${path} ${mtimeMs} ${size}`;
}
