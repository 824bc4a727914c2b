import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findExecutable, resolved, type Found } from "./find-executable.ts";

type Env = Readonly<Record<string, string>>;

/** The executable to spawn and the folder of its own tools, which npm's shim would put on PATH. */
export interface CodexBinary {
  readonly path: string;
  readonly tools?: string;
}

/**
 * Finds codex, behind npm's node shim where possible: the shim, killed, leaves the real codex running. The shim itself
 * is used when nothing is found behind it.
 */
export async function findCodex(bin: string | undefined, env: Env): Promise<CodexBinary | Extract<Found, { problem: string }>> {
  const found = await findExecutable(bin ?? "codex", env);
  if ("problem" in found) return found;
  const real = await resolved(found.path);
  if (!real.endsWith("codex.js")) return { path: found.path };
  const root = dirname(dirname(real));
  const platform = `codex-${process.platform}-${process.arch}`;
  const packages = [join(dirname(root), platform), join(root, "node_modules", "@openai", platform), root];
  for (const folder of packages) {
    const native = await nativeIn(join(folder, "vendor"));
    if (native !== undefined) return native;
  }
  return { path: found.path };
}

async function nativeIn(vendor: string): Promise<CodexBinary | undefined> {
  const targets = await readdir(vendor).catch(() => []);
  for (const target of targets.filter((name) => name.includes(architecture()))) {
    for (const folder of ["bin", "codex"]) {
      const path = join(vendor, target, folder, "codex");
      if (!(await isPresent(path))) continue;
      const tools = ["codex-path", "path"].map((name) => join(vendor, target, name));
      const present = await Promise.all(tools.map(isPresent));
      const tool = tools.find((_, index) => present[index]);
      return { path, ...(tool === undefined ? {} : { tools: tool }) };
    }
  }
  return undefined;
}

const architecture = (): string => (process.arch === "arm64" ? "aarch64" : "x86_64");

const isPresent = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Arguments of the goal that choose codex's sandbox themselves. */
export function choosesSandbox(args: readonly string[]): boolean {
  return args.some((arg) =>
    /^(-s|--sandbox(=.*)?|--dangerously-bypass-approvals-and-sandbox|--yolo|--full-auto|--approve-for-me|sandbox_mode=.*)$/.test(
      arg,
    ),
  );
}

export function bypassesSandbox(args: readonly string[]): boolean {
  return args.some((arg) => /bypass-approvals-and-sandbox|--yolo|danger-full-access/.test(arg));
}
