import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { git } from "./git.ts";
import { keepSpare, takeSpare } from "./spare-trees.ts";
import { commitAll, contentOf, scratchFolder, storeOf } from "./test-repository.ts";
import { createWorkspace, restoreWorkspace, workspaceAt, type Workspace } from "./workspace.ts";

const most = 2;

let folder: ReturnType<typeof scratchFolder>;
let store: string;
let base: string;
let changed: string;
let threads = 0;
const spares = { folder: "", boot: "boot-1" };

beforeAll(async () => {
  folder = scratchFolder();
  const user = join(folder.path, "user");
  for (let n = 0; n < 600; n += 1) {
    mkdirSync(join(user, `d${n % 20}`), { recursive: true });
    writeFileSync(join(user, `d${n % 20}`, `f${n}`), `${n}\n`);
  }
  writeFileSync(join(user, ".gitignore"), "secret\nnode_modules/\n");
  base = await commitAll(user);
  writeFileSync(join(user, "d1/f1"), "changed\n");
  rmSync(join(user, "d2"), { recursive: true });
  changed = await commitAll(user);
  store = await storeOf(user, changed, join(folder.path, "store.git"));
});
beforeEach(() => {
  spares.folder = join(folder.path, `spares-${(threads += 1)}`);
});
afterAll(() => folder.remove());

const place = () => ({ store, dir: join(folder.path, `thread-${(threads += 1)}`), thread: `t-${threads}` });

async function worked(): Promise<Workspace> {
  const workspace = await createWorkspace({ ...place(), commit: base });
  const inWork = (path: string) => join(workspace.root, path);
  writeFileSync(inWork("d3/f3"), "edited\n");
  rmSync(inWork("d4"), { recursive: true });
  for (const path of ["untracked", "secret", "d5/secret", ".git/hooks-of-mine"]) writeFileSync(inWork(path), "mine");
  mkdirSync(inWork("node_modules"));
  writeFileSync(inWork("node_modules/m"), "m");
  mkdirSync(inWork("nested"));
  await git(["init", "--quiet", "."], { cwd: inWork("nested") });
  return workspace;
}

test("another thread takes the files over, and finds nothing that the first one left", async () => {
  const first = await worked();
  const { ino } = statSync(join(first.root, "d0/f0"));
  await keepSpare(spares, first, most);
  expect(existsSync(first.root)).toBe(false);
  const second = workspaceAt(place());
  expect(await takeSpare(spares, second)).toBe(true);
  expect(readdirSync(second.root).filter((name) => !/^d\d+$/.test(name))).toEqual([".gitignore"]);
  await restoreWorkspace({ workspace: second, commit: changed });
  expect(statSync(join(second.root, "d0/f0")).ino).toBe(ino);
  const fresh = await createWorkspace({ ...place(), commit: changed });
  const files = ({ root }: Workspace) =>
    [...contentOf(root, (path) => path.includes("/.git/"))].map(([path, content]) => [path.slice(root.length), content]);
  expect(files(second)).toEqual(files(fresh));
  expect(existsSync(join(second.root, ".git/hooks-of-mine"))).toBe(false);
  expect(readFileSync(join(second.root, ".git/HEAD"), "utf8")).toContain(second.thread);
  expect(await takeSpare(spares, workspaceAt(place()))).toBe(false);
});

test("a tree that is there stays, and what was kept before the machine started anew is left alone", async () => {
  await keepSpare(spares, await worked(), most);
  expect(await takeSpare(spares, await worked())).toBe(false);
  expect(await takeSpare({ ...spares, boot: "boot-2" }, workspaceAt(place()))).toBe(false);
});

test("only so many are kept, and none that is small, a link, or has submodules", async () => {
  for (let n = 0; n < most + 1; n += 1) await keepSpare(spares, await worked(), most);
  expect(readdirSync(spares.folder)).toHaveLength(most);
  rmSync(spares.folder, { recursive: true });
  const withSubmodule = await worked();
  writeFileSync(join(withSubmodule.root, ".gitmodules"), "");
  await keepSpare(spares, withSubmodule, most);
  const linked = await worked();
  rmSync(linked.root, { recursive: true });
  symlinkSync(withSubmodule.root, linked.root);
  await keepSpare(spares, linked, most);
  const small = await worked();
  await git(["read-tree", "--empty"], { cwd: small.root, gitDir: store, env: { GIT_INDEX_FILE: small.index } });
  await keepSpare(spares, small, most);
  expect(existsSync(spares.folder) ? readdirSync(spares.folder) : []).toEqual([]);
});
