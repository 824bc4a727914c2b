import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awkwardGitConfig, quietGitEnvironment } from "../support/awkward-git.ts";
import { createWorld, type BatonWorld } from "../support/baton-world.ts";
import { writeFiles } from "../support/repository.ts";
import { fingerprint } from "../support/same-as-before.ts";

let world: BatonWorld;

beforeAll(async () => {
  world = await createWorld(quietGitEnvironment());
  writeFileSync(join(world.root, "home", ".gitconfig"), awkwardGitConfig(world.root));
});

afterAll(async () => {
  await world.close();
});

interface Row {
  readonly name: string;
  /** What the person did in the repository before, its commits included. */
  readonly before?: string;
  /** What the agent does in its work tree. */
  readonly agent: string;
  /** What makes the same content in a clone with plain git; the agent's own script when absent. */
  readonly plain?: string;
}

/** What the agent's own git does is not Baton's affair. */
const agentsOwn =
  'TOP="$PWD" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_CONFIG_GLOBAL=/dev/null; export TOP GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_CONFIG_GLOBAL';

const oddNames = [
  "' 'lead",
  "'new\nline'",
  "\"$(printf 'caf\\351')\"",
  "-rf",
  "--help",
  "'quo\"te'",
  "'*'",
  "':(top)x'",
  "'tab\tx'",
];
const writeOdd = (text: string) => oddNames.map((name) => `printf %s ${text} > ./${name}`).join("\n");

const rows: Row[] = [
  { name: "a detached HEAD", before: "git checkout -q --detach", agent: "echo x > x" },
  {
    name: "names with spaces, newlines, other bytes and a leading dash",
    before: `${writeOdd("old")}\ngit add -A && git commit -qm odd`,
    agent: `${writeOdd("new")}\nmkdir -- '-C' && echo x > ./-C/--work-tree=x`,
  },
  {
    name: "symlinks, inside, outside, broken and in place of files and folders",
    before: "mkdir d e && echo 1 > d/f && echo 1 > e/f && ln -s d/f l && ln -s nowhere b && git add -A && git commit -qm links",
    agent: 'rm -r README.md d && ln -s /etc/passwd README.md && ln -s "$HOME" d && rm l && echo file > l && ln -s ../../.. up',
  },
  {
    name: "executable and read-only files",
    before: "echo 1 > ro && echo 1 > x && mkdir deep && echo 1 > deep/f && chmod 755 x && git add -A && git commit -qm modes",
    agent: "chmod 644 x && rm ro && echo 2 > ro && chmod 400 ro && echo 2 > deep/g && chmod 500 deep && chmod 700 README.md",
    plain: "chmod 644 x && rm ro && echo 2 > ro && chmod 400 ro && echo 2 > deep/g && chmod 700 README.md",
  },
  {
    name: "a file of 100 MB, changed",
    before: "(head -c 20971520 /dev/urandom; head -c 83886080 /dev/zero) > big.bin && git add -A && git commit -qm big",
    agent: "printf x | dd of=big.bin bs=1 seek=52428800 conv=notrunc status=none",
  },
  {
    name: "20,000 new files, long names and deep folders",
    agent: `mkdir many && cd many && seq 20000 | split -l 1 -a 4 - f && cd .. && echo x > "$(printf 'n%.0s' $(seq 200))"
mkdir -p $(printf 'd/%.0s' $(seq 60)) && echo x > $(printf 'd/%.0s' $(seq 60))end && mkdir empty`,
  },
  {
    name: "renames that change only the case",
    before: "echo 1 > File && git add -A && git commit -qm case",
    agent: "mv File file && mv README.md readme.MD && echo 2 > FILE",
  },
  {
    name: "line ends, whatever the person's autocrlf is",
    before: `printf 'a\\r\\nb\\r\\n' > crlf && printf 'a\\nb\\n' > lf && printf 'a\\r\\nb\\n' > mixed
git -c core.autocrlf=false add -A && git commit -qm ends && git config core.autocrlf true && git config core.safecrlf true`,
    agent: "printf 'c\\r\\n' >> crlf && printf 'c\\n' >> lf && printf 'c\\r\\n' >> mixed && printf 'n\\r\\n' > new",
  },
  {
    name: "LFS pointers without LFS",
    before: `printf '*.bin filter=lfs diff=lfs merge=lfs -text\\n' > .gitattributes
printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:4d7a\\nsize 12345\\n' > a.bin
git add -A && git commit -qm lfs`,
    agent: "cp a.bin b.bin && echo real > c.bin",
  },
  {
    name: "a submodule",
    before: `git init -q ../module && git -C ../module commit -q --allow-empty -m m
git -c protocol.file.allow=always submodule --quiet add "$(cd ../module && pwd)" module && git commit -qm module`,
    agent: "test -d module && echo x > x",
  },
  {
    name: "hooks and signing of its own",
    before: `mkdir -p .git/hooks; for hook in pre-commit post-checkout reference-transaction post-index-change; do
printf '#!/bin/sh\\ntouch "\${HOME}/../hook-ran"; exit 1\\n' > .git/hooks/$hook; chmod +x .git/hooks/$hook; done
git config core.hooksPath .git/hooks && git config commit.gpgSign true && git config core.worktree "$PWD"`,
    agent: "echo x > x",
  },
  {
    name: "an agent that removes .git",
    agent: "rm -rf .git && echo x > x",
    plain: "echo x > x",
  },
  {
    name: "an agent that commits, changes branches, index and configuration",
    agent: `git checkout -q -b other && echo x > x && git add x && git commit -qm mine
git branch -D "$(git for-each-ref --format='%(refname:short)' refs/heads/baton)" && git rm -q --cached README.md && echo y >> README.md
git update-index --assume-unchanged x && echo z > x && git config core.worktree /nowhere && echo garbage > .git/HEAD && git gc -q 2>&1 || :`,
    plain: "echo z > x && echo y >> README.md",
  },
  {
    name: "an agent that hides its work from git",
    agent: "echo x > x && mkdir -p .git/info && echo x >> .git/info/exclude && git config core.excludesFile .git/info/exclude",
    plain: "echo x > x",
  },
  {
    name: "an agent that makes repositories in its work tree",
    agent: `git init -q one && echo 1 > one/f && git -C one add -A && git -C one commit -qm one
git init -q two && echo 2 > two/f && git init -q --bare three.git && git clone -q one one/inner 2>&1`,
    plain: `mkdir one one/inner two && echo 1 > one/f && echo 1 > one/inner/f && echo 2 > two/f && git init -q --bare three.git`,
  },
];

describe.concurrent("a repository with", () => {
  test.each(rows)("$name is worked on and delivered byte for byte", async ({ before = ":", agent, plain = agent }) => {
    const prepared = await world.prepare({
      plan: { turns: { 1: [["sh", `${agentsOwn}\nset -e\n${agent}\ncd "$TOP" && touch done`]] } },
    });
    const { repository } = prepared;
    await shell(before, repository.path);
    const was = fingerprint(repository.path);
    const thread = await world.run(prepared);
    const view = await thread.settled();
    expect(view).toMatchObject({ turn: 1, delivered: true });
    expect(fingerprint(repository.path)).toEqual(was);
    expect(existsSync(hookRan())).toBe(false);
    expect(world.processesOf(thread.id)).toEqual([]);
    const delivered = await listTree(repository.path, thread.branch);
    expect(delivered).toEqual(await plainTree(repository.path, `${agentsOwn}\n${plain}\ncd "$TOP" && touch done`));
  });

  test("a shallow history is worked on and delivered", async () => {
    const prepared = await world.prepare({ plan: { turns: { 1: [["write", ["done", ""]]] } } });
    const { repository } = prepared;
    await repository.git("commit", "-q", "--allow-empty", "-m", "second");
    const path = join(world.root, "shallow");
    await repository.git("clone", "-q", "--depth", "1", `file://${repository.path}`, path);
    const was = fingerprint(path);
    const thread = await world.run({ ...prepared, repository: { ...repository, path } });
    await thread.settled();
    expect(fingerprint(path)).toEqual(was);
    expect((await shell(`git rev-list ${thread.branch} && git fsck --no-dangling`, path)).split("\n")).toHaveLength(2);
  });
});

interface Refused {
  readonly name: string;
  /** Makes the folder `repo` that the command is run in. */
  readonly make: string;
  readonly says: RegExp;
}

const refused: Refused[] = [
  { name: "no repository", make: "mkdir repo", says: /is not a git repository[\s\S]*git init/ },
  { name: "a bare repository", make: "git init -q --bare repo", says: /bare repository/ },
  { name: "no commit", make: "git init -q repo", says: /no commit yet[\s\S]*git commit/ },
  { name: "a damaged repository", make: "git init -q repo && echo rubbish > repo/.git/HEAD", says: /git/ },
  { name: "a .git folder", make: "git init -q top && ln -s top/.git repo", says: /\.git folder|bare/ },
];

describe.concurrent("a folder with", () => {
  test.each(refused)("$name is refused before anything starts", async ({ name, make, says }) => {
    const folder = join(world.root, "refused", name.replaceAll(/\W/g, "-"));
    mkdirSync(folder, { recursive: true });
    await shell(make, folder);
    writeFiles(folder, { "goal.yaml": "goal: x\nverify: ['true']\nagents: { worker: { use: command, bin: /bin/true } }\n" });
    const was = fingerprint(folder);
    const ran = await world.baton(["run", "-d", join(folder, "goal.yaml")], { cwd: join(folder, "repo") });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
    expect(ran.stderr).not.toMatch(/\n {4}at /);
    expect(fingerprint(folder)).toEqual(was);
  });
});

function hookRan(): string {
  return join(world.root, "hook-ran");
}

async function shell(script: string, cwd: string, env: Record<string, string> = {}): Promise<string> {
  const all = { ...world.env, ...env, TOP: cwd };
  return (await execa("/bin/sh", ["-ec", script], { cwd, env: all, extendEnv: false })).stdout;
}

/** What plain git records after the same work in a clone. */
async function plainTree(repository: string, script: string): Promise<string[]> {
  const clone = mkdtempSync(join(world.root, "plain-"));
  await shell(`git clone -q "${repository}" .`, clone);
  await shell(script, clone);
  await shell("git add -A", clone);
  return listTree(clone, await shell("git write-tree", clone));
}

async function listTree(repository: string, tree: string): Promise<string[]> {
  const args = ["ls-tree", "-r", "-z", tree];
  const { stdout } = await execa("git", args, { cwd: repository, env: world.env, extendEnv: false, encoding: "buffer" });
  return Buffer.from(stdout).toString("latin1").split("\0");
}
