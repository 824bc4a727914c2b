import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { definedIn } from "../../config/environment.ts";
import { cacheDirOf } from "../../config/state-dir.ts";
import { describeProcess } from "../../domain/outcome.ts";
import { runProcess } from "../../process/run-process.ts";

interface Package {
  readonly name: string;
  readonly version: string;
  /** Environment variable that names an executable to use instead. */
  readonly override: string;
  /** Executable inside the installation. */
  readonly bin: string;
}

const platform = `${process.platform}-${process.arch}`;

const packages = {
  codex: {
    name: "@openai/codex",
    version: "0.169.0",
    override: "BATON_TEST_CODEX",
    bin: "node_modules/.bin/codex",
  },
  // npm refuses to run install scripts, so the package's own `claude` stays a placeholder: the platform's is the real one.
  claude: {
    name: "@anthropic-ai/claude-code",
    version: "2.1.329",
    override: "BATON_TEST_CLAUDE",
    bin: `node_modules/@anthropic-ai/claude-code-${platform}/claude`,
  },
} satisfies Record<string, Package>;

const installTimeoutMs = 280_000;

/** Path of the pinned real agent: from the environment, the cache, or installed into the cache now. */
export async function realAgent(agent: keyof typeof packages): Promise<string> {
  const wanted: Package = packages[agent];
  const given = process.env[wanted.override];
  if (given !== undefined) return given;
  const folder = join(cacheDirOf(process.env), "test-agents", `${agent}-${wanted.version}-${platform}`);
  const path = join(folder, wanted.bin);
  if (!(await isPresent(path))) await install(wanted, folder);
  if (!(await isPresent(path))) throw new Error(`${wanted.name}@${wanted.version} has no ${wanted.bin} for ${platform}`);
  return path;
}

async function install(wanted: Package, folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  process.stderr.write(`installing ${wanted.name}@${wanted.version} for the agent tests (about 400 MB, once) into ${folder}\n`);
  const args = ["install", "--prefix", draft, "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  const env = definedIn(process.env);
  const result = await runProcess({
    command: { file: "npm", args: [...args, `${wanted.name}@${wanted.version}`] },
    cwd: draft,
    env,
    timeoutMs: installTimeoutMs,
  });
  if (result.outcome.kind !== "exited" || result.outcome.code !== 0) {
    await rm(draft, { recursive: true, force: true });
    const why = `${describeProcess(result.outcome)}\n${result.stderr.toString("utf8").slice(-2000)}`;
    throw new Error(`cannot install ${wanted.name}@${wanted.version}: ${why}\nSet ${wanted.override} to an executable instead.`);
  }
  // Another test file may have been faster: its folder is as good.
  await rename(draft, folder).catch(() => rm(draft, { recursive: true, force: true }));
}

const isPresent = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Arguments that let codex run commands on this machine: none where its sandbox works, the bypass where namespaces are forbidden. */
export async function codexSandboxArgs(): Promise<string[]> {
  const env = { HOME: tmpdir(), PATH: process.env["PATH"] ?? "" };
  const command = { file: await realAgent("codex"), args: ["sandbox", "--", "true"] };
  const { outcome } = await runProcess({ command, cwd: tmpdir(), env, timeoutMs: 20_000 });
  const works = outcome.kind === "exited" && outcome.code === 0;
  return works && process.env["BATON_TEST_CODEX_BYPASS"] === undefined ? [] : ["--dangerously-bypass-approvals-and-sandbox"];
}
