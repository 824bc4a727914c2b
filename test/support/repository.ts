import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";

export type Files = Readonly<Record<string, string>>;

/** A git repository of a person, as tests see it. */
export interface TestRepository {
  readonly path: string;
  /** Runs git in it and gives its output without the last newline. */
  git(...args: readonly string[]): Promise<string>;
  write(files: Files): void;
  /** Full messages of the commits that a branch has and main has not, oldest first. */
  messages(branch: string): Promise<string[]>;
  /** Content of a file on a branch. */
  file(branch: string, path: string): Promise<string>;
}

/** Makes a real repository with one commit of the given files on `main`. */
export async function makeRepository(
  path: string,
  { files, env }: { readonly files: Files; readonly env: Record<string, string> },
): Promise<TestRepository> {
  mkdirSync(path, { recursive: true });
  const git = async (...args: readonly string[]) => (await execa("git", args, { cwd: path, env, extendEnv: false })).stdout;
  const write = (written: Files) => writeFiles(path, written);
  write(files);
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--allow-empty", "-m", "Start");
  return {
    path,
    git,
    write,
    async messages(branch) {
      return (await git("log", "--reverse", "--format=%B%x00", `main..${branch}`))
        .split("\0")
        .map((message) => message.trim())
        .filter(Boolean);
    },
    file: (branch, file) => git("show", `${branch}:${file}`),
  };
}

/** Writes files below a folder; what starts with `#!` becomes executable. */
export function writeFiles(folder: string, files: Files): void {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    if (content.startsWith("#!")) chmodSync(path, 0o755);
  }
}
