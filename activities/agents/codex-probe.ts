import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { WorkerAgent } from "../../domain/goal.ts";
import type { AgentProbe } from "./agent.ts";
import { bypassesSandbox, findCodex } from "./codex-binary.ts";
import { codexHome } from "./codex-session.ts";
import { ask, firstLine, versionOf } from "./ask-agent.ts";

type Env = Readonly<Record<string, string>>;
type Problem = AgentProbe["problems"][number];

/** Finds codex and tries its sandbox; a login is looked for, not tried. */
export async function probeCodex(agent: WorkerAgent, env: Env): Promise<AgentProbe> {
  const binary = await findCodex(agent.bin, env);
  if ("problem" in binary) {
    const next = "Install it with `npm install -g @openai/codex`, or set `bin` in the goal.";
    return { agent: "codex", problems: [{ what: binary.problem, next }] };
  }
  const asked = await ask(binary.path, ["--version"], env);
  const version = versionOf(asked);
  if (version === undefined) {
    const next = `Run \`${binary.path} --version\` and mend what it says, or set \`bin\` in the goal.`;
    return { agent: "codex", path: binary.path, problems: [{ what: `codex does not start: ${firstLine(asked)}`, next }] };
  }
  const problems = [...(await loginProblems(agent, env)), ...(await sandboxProblems(binary.path, agent, env))];
  return { agent: "codex", path: binary.path, version, problems };
}

async function loginProblems(agent: WorkerAgent, env: Env): Promise<Problem[]> {
  // Another provider brings its own key, whose name only codex's configuration knows.
  if (agent.args.some((arg) => /model_provider|--oss|--profile|^-p$/.test(arg))) return [];
  if (env["CODEX_API_KEY"] !== undefined || env["OPENAI_API_KEY"] !== undefined) return [];
  const present = await stat(join(codexHome(env), "auth.json")).catch(() => undefined);
  if (present !== undefined) return [];
  return [
    { what: "codex is not logged in on this host", next: "Run `codex login`, or add OPENAI_API_KEY to the worker's `env`." },
  ];
}

async function sandboxProblems(path: string, agent: WorkerAgent, env: Env): Promise<Problem[]> {
  if (bypassesSandbox(agent.args)) return [];
  const tried = await ask(path, ["sandbox", "--", "true"], env);
  if (tried.ok) return [];
  const next =
    "Allow user namespaces on this host. Where the host itself is a sandbox (a container), add `--dangerously-bypass-approvals-and-sandbox` to the worker's `args`.";
  return [{ what: `codex's sandbox does not work here: ${firstLine(tried)}`, next }];
}
