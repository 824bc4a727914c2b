import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A repository and an agent that does next to nothing: one changed file a turn, without a process but its own. */
export interface SampleWork {
  readonly name: string;
  readonly files: number;
  readonly repository: string;
  readonly agent: string;
}

/** Fails until the agent's last turn, so that the loop goes on. */
export const verifyCommand = "test -f done";

const filesPerFolder = 50;
const linesPerFile = 200;

export function makeSampleWork(
  root: string,
  { files, env, name = `${files}-files` }: { files: number; env: Record<string, string>; name?: string },
): SampleWork {
  const repository = join(root, name);
  for (let index = 0; index < files; index += 1) {
    const folder = join(repository, `part-${Math.floor(index / filesPerFolder)}`);
    if (index % filesPerFolder === 0) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `file-${index}.txt`), `line of file ${index}\n`.repeat(linesPerFile));
  }
  const git = (...args: string[]) => execFileSync("git", args, { cwd: repository, env, stdio: "ignore" });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "-A");
  git("commit", "--quiet", "-m", "Start");
  const agent = join(root, `${name}-agent.sh`);
  writeFileSync(
    agent,
    '#!/bin/sh\necho "turn $BATON_TURN" > part-0/file-0.txt\n[ "$BATON_TURN" -lt "$TURNS" ] || : > done\nexit 0\n',
  );
  chmodSync(agent, 0o755);
  return { name, files, repository, agent };
}
