import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { execa } from "execa";
import { baton, copySample, git, heading, makeRepository, runBaton, say } from "./demo-parts.ts";

const temporary = join(tmpdir(), "baton-demo-");

/** Runs the sample goal in a new repository of its own, with the services that stay up for whatever comes next. */
async function demo(): Promise<number> {
  const startedAt = performance.now();
  const folder = await mkdtemp(temporary);
  const repository = await copySample(folder);
  // The folder's name tells two demos of the same second apart.
  await makeRepository({ cwd: repository }, `Sell tea and cups\n\n${basename(folder)}`);
  say(`A sample repository with failing tests: ${repository}`);
  say(
    "An agent and a judge without a model work on it: first a fix that is not enough, then what the checks and the judge tell.",
  );
  say(`$ cd ${quoted(repository)} && ${command(["run", "../goal.yaml"])}\n`);
  const code = await run(repository);
  if (code === 130) return code;
  await showResult(repository, code);
  say(`The demo took ${((performance.now() - startedAt) / 1000).toFixed(1)} s and ended with exit code ${code}.`);
  return code;
}

/** Ctrl-C is the CLI's own to answer: it says how to come back. */
async function run(cwd: string): Promise<number> {
  const patience = () => undefined;
  process.on("SIGINT", patience).on("SIGTERM", patience);
  const { exitCode, signal } = await execa(process.execPath, [baton, "run", "../goal.yaml"], {
    cwd,
    stdio: "inherit",
    reject: false,
  });
  if (signal !== undefined) say(`baton was ended by ${signal}`);
  return exitCode ?? 1;
}

async function showResult(repository: string, code: number): Promise<void> {
  const [branch] = (await git({ cwd: repository }, ["for-each-ref", "--format=%(refname:short)", "refs/heads/baton/"])).split(
    "\n",
  );
  if (branch === undefined || branch === "") return say(`No branch was delivered (exit code ${code}).\n`);
  const thread = branch.replace(/^baton\//, "");
  heading(`The branch ${branch}`);
  say(await git({ cwd: repository }, ["log", "--oneline", "--no-decorate", branch]));
  say(await git({ cwd: repository }, ["diff", "--stat", "main", branch]));
  heading("The report");
  say(await text(repository, ["show", thread, "--report"]));
  heading("In Temporal UI");
  say(await text(repository, ["ui", thread]));
  heading("Next");
  say(await nextCommands(repository, { branch, thread }));
}

async function nextCommands(repository: string, { branch, thread }: { branch: string; thread: string }): Promise<string> {
  const lines: readonly (readonly [string, string])[] = [
    [`cd ${quoted(repository)}`, "the sample repository; main is as it was"],
    [command(["show", thread]), "checks, verdict and cost"],
    [command(["logs", thread]), "the story again"],
    [command(["diff", thread]), "what was changed"],
    [`git merge ${branch}`, "take the work"],
    [command(["down"]), "stop the services; `up` brings them back"],
  ];
  const width = Math.min(100, Math.max(...lines.map(([line]) => line.length)));
  return lines.map(([line, about]) => `${line.padEnd(width)}  # ${about}`).join("\n");
}

/** As a person can paste it: without Baton on PATH, and for the same state directory. */
function command(args: readonly string[]): string {
  const state = process.env["BATON_STATE_DIR"];
  const prefix = state === undefined ? "" : `BATON_STATE_DIR=${quoted(state)} `;
  return `${prefix}${quoted(baton)} ${args.map(quoted).join(" ")}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function text(cwd: string, args: readonly string[]): Promise<string> {
  return `${(await runBaton({ cwd }, args)).all.trim()}\n`;
}

process.exitCode = await demo();
