import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { findExecutable } from "../../activities/agents/find-executable.ts";
import { detectProject, type DetectedProject } from "../../config/detect/detect-project.ts";
import { parseGoal } from "../../config/goal-file/parse-goal.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { runGit } from "../../git/git.ts";
import { goalTemplate, type InstalledAgent } from "./goal-template.ts";
import { readProject } from "./read-project.ts";

export interface InitRequest {
  /** Path of the file to write. */
  readonly path: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly goal?: string;
  readonly agent?: InstalledAgent;
  readonly force: boolean;
}

export interface InitResult {
  /** Absolute. */
  readonly path: string;
  readonly repository: string | null;
  readonly project: DetectedProject;
  readonly worker: InstalledAgent | null;
  readonly judge: InstalledAgent | null;
}

/** Writes a goal file from what the repository holds. Throws a `Conflict` failure where one exists already. */
export async function initGoal(request: InitRequest): Promise<InitResult> {
  const path = resolve(request.cwd, request.path);
  if (request.goal !== undefined && request.goal.trim() === "") {
    throw new BatonFailure("Usage", "--goal is empty", { next: 'Say in a sentence what shall be true: --goal "…"' });
  }
  const repository = await repositoryRoot(request.cwd);
  const project = detectProject(await readProject(repository ?? request.cwd));
  const installed = await installedAgents(request.env);
  const worker = request.agent ?? installed[0];
  const judge = installed.find((agent) => agent !== worker) ?? installed[0];
  const schema = schemaFor(path);
  const text = goalTemplate({
    project,
    ...(request.goal === undefined ? {} : { goal: request.goal.trim() }),
    ...(worker === undefined ? {} : { worker }),
    ...(judge === undefined ? {} : { judge }),
    ...(schema === undefined ? {} : { schema }),
  });
  parseGoal(text, path);
  await write(path, { text, force: request.force });
  return { path, repository: repository ?? null, project, worker: worker ?? null, judge: judge ?? null };
}

async function repositoryRoot(cwd: string): Promise<string | undefined> {
  const { code, stdout } = await runGit(["rev-parse", "--show-toplevel"], { cwd, timeoutMs: 10_000 });
  const root = stdout.toString("utf8").replace(/\n$/, "");
  return code === 0 && root !== "" ? root : undefined;
}

async function installedAgents(env: InitRequest["env"]): Promise<InstalledAgent[]> {
  const found: InstalledAgent[] = [];
  for (const agent of ["codex", "claude"] as const) {
    if ("path" in (await findExecutable(agent, { PATH: env["PATH"] ?? "" }))) found.push(agent);
  }
  return found;
}

/** Only a path that holds for everybody who has the repository is worth writing down. */
function schemaFor(path: string): string | undefined {
  const schema = "./node_modules/baton/docs/goal.schema.json";
  return existsSync(join(dirname(path), schema)) ? schema : undefined;
}

async function write(path: string, { text, force }: { readonly text: string; readonly force: boolean }): Promise<void> {
  try {
    await writeFile(path, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new BatonFailure("Conflict", `${path} exists already`, {
        next: "baton check tries it; baton init --force writes it anew",
      });
    }
    throw new BatonFailure("Usage", `${path} cannot be written: ${message}`, { next: "Give another path: baton init <path>" });
  }
}
