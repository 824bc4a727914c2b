import { cp, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { cacheDirOf } from "../config/state-dir.ts";

export const baton = fileURLToPath(new URL("../bin/baton.js", import.meta.url));
const sample = fileURLToPath(new URL("../examples/demo/", import.meta.url));

/** Where a command runs, and as whom. */
interface Place {
  /** For people, when there is more than one. */
  readonly name?: string;
  readonly cwd?: string;
  /** The whole environment; this process's own when absent. */
  readonly env?: Readonly<Record<string, string>>;
  /** Aborted when the person goes away. */
  readonly signal?: AbortSignal;
}

/** A home for git and Baton, with state of its own and this machine's downloads; gives the environment. */
export async function makeHome(folder: string) {
  const home = join(folder, "home");
  await mkdir(home, { recursive: true });
  const identity = "[user]\n\tname = Baton demo\n\temail = demo@localhost\n[commit]\n\tgpgSign = false\n";
  await writeFile(join(home, ".gitconfig"), identity);
  const { PATH = "", BATON_TEMPORAL_BIN: bin } = process.env;
  return {
    PATH,
    HOME: home,
    TEMPORAL_CONFIG_FILE: "/dev/null",
    BATON_STATE_DIR: join(folder, "state"),
    BATON_CACHE_DIR: cacheDirOf(process.env),
    ...(bin === undefined ? {} : { BATON_TEMPORAL_BIN: bin }),
  };
}

/** The goal of examples/demo, its agent, its judge, and the files of its repository; gives where these are. */
export async function copySample(folder: string): Promise<string> {
  await cp(sample, folder, { recursive: true });
  const repository = join(folder, "cart");
  await rename(join(folder, "repository"), repository);
  return repository;
}

/** Makes the files of a folder a repository of one commit. */
export async function makeRepository(place: Place, message: string): Promise<void> {
  const identity = ["-c", "user.name=Baton demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgSign=false"];
  await git(place, ["init", "--quiet", "--initial-branch=main"]);
  await git(place, ["add", "--all"]);
  await git(place, [...identity, "commit", "--quiet", "--no-verify", "-m", message]);
}

export async function git(place: Place, args: readonly string[]): Promise<string> {
  return (await execa("git", args, optionsFor(place))).stdout;
}

export async function runBaton(place: Place, args: readonly string[]) {
  const options = { ...optionsFor(place), stdin: "ignore", all: true, reject: false, timeout: 120_000 } as const;
  return execa(process.execPath, [baton, ...args], options);
}

/** What a command gives. */
export async function must(place: Place, args: readonly string[]): Promise<string> {
  return (await succeeded(place, args)).stdout;
}

/** Throws when it fails, or when the person has gone away. */
export async function succeeded(place: Place, args: readonly string[]) {
  const ran = await runBaton(place, args);
  place.signal?.throwIfAborted();
  if (ran.exitCode === 0) return ran;
  const where = place.name === undefined ? "" : ` on the ${place.name}`;
  throw new Error(`baton ${args.join(" ")}${where} ended with ${ran.exitCode}\n${ran.all}`);
}

export function optionsFor({ cwd = "/", env, signal }: Place) {
  const own = env === undefined ? {} : { env, extendEnv: false as const };
  return { cwd, ...own, ...(signal === undefined ? {} : { cancelSignal: signal }) };
}

export async function waitFor<T>(why: string, look: () => Promise<T | false | undefined>, signal?: AbortSignal): Promise<T> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await delay(200, undefined, signal === undefined ? {} : { signal });
  }
  throw new Error(`not within a minute: ${why}`);
}

export function heading(title: string): void {
  say(`\n== ${title}`);
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
