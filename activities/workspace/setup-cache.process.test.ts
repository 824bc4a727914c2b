import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commitAll, scratchFolder, storeOf } from "../../git/test-repository.ts";
import { createWorkspace, type Workspace } from "../../git/workspace.ts";
import { setUpFromCache, type CachedSetup } from "./setup-cache.ts";
import { setupKey } from "./setup-key.ts";

let folder: ReturnType<typeof scratchFolder>;
let store: string;
let base: string;
let user: string;
let made = 0;

beforeEach(async () => {
  folder = scratchFolder();
  user = join(folder.path, "user");
  mkdirSync(join(user, "packages/a"), { recursive: true });
  writeFileSync(join(user, ".gitignore"), "node_modules\n");
  writeFileSync(join(user, "package.json"), "{}");
  writeFileSync(join(user, "packages/a/index.js"), "1");
  base = await commitAll(user);
  store = await storeOf(user, base, join(folder.path, "store.git"));
  mkdirSync(join(folder.path, "setups"));
});
afterEach(() => folder.remove());

async function workspace(commit = base): Promise<Workspace> {
  const thread = `t-${(made += 1)}`;
  return await createWorkspace({ store, dir: join(folder.path, thread), thread, commit });
}

/** Like `npm ci` in a repository with packages. */
function install(tree: Workspace): void {
  mkdirSync(join(tree.root, "node_modules/dep"), { recursive: true });
  writeFileSync(join(tree.root, "node_modules/dep/index.js"), "dep");
  symlinkSync("../node_modules/dep", join(tree.root, "node_modules/self"));
  mkdirSync(join(tree.root, "packages/a/node_modules"));
  writeFileSync(join(tree.root, "packages/a/node_modules/own"), "own");
}

function request(tree: Workspace, more: Partial<CachedSetup> & { make?: (tree: Workspace) => void } = {}) {
  const { make = install, ...rest } = more;
  const state = { ran: false };
  const setup: CachedSetup = {
    folder: join(folder.path, "setups"),
    key: `key-${folder.path}`.replaceAll("/", "_"),
    tree,
    keep: true,
    signal: new AbortController().signal,
    run: async () => {
      state.ran = true;
      make(tree);
    },
    ...rest,
  };
  return { state, source: setUpFromCache(setup) };
}

test("what setup made in one checkout is copied into the next, byte for byte and apart", async () => {
  const [one, two] = [await workspace(), await workspace()];
  expect(await request(one).source).toEqual({ from: "command" });
  const second = request(two);
  expect(await second.source).toEqual({ from: "cache" });
  expect(second.state.ran).toBe(false);
  expect(readFileSync(join(two.root, "node_modules/self/index.js"), "utf8")).toBe("dep");
  writeFileSync(join(two.root, "packages/a/node_modules/own"), "changed");
  const third = await workspace();
  await request(third).source;
  expect(readFileSync(join(third.root, "packages/a/node_modules/own"), "utf8")).toBe("own");
});

test("of many checkouts at once one runs setup for all", async () => {
  const trees = await Promise.all([workspace(), workspace(), workspace(), workspace()]);
  const all = trees.map((tree) => request(tree));
  const sources = await Promise.all(all.map(({ source }) => source));
  expect(sources.filter(({ from }) => from === "command")).toHaveLength(1);
  for (const { root } of trees) expect(existsSync(join(root, "node_modules/dep/index.js"))).toBe(true);
});

test("a setup that fails fails alone, and leaves nothing behind", async () => {
  const [one, two] = [await workspace(), await workspace()];
  const failing = request(one, {
    make: () => {
      throw new Error("no network");
    },
  });
  const second = request(two);
  await expect(failing.source).rejects.toThrow("no network");
  expect(await second.source).toEqual({ from: "command" });
  expect(readdirSync(join(folder.path, "setups")).filter((name) => name.startsWith("incoming"))).toEqual([]);
});

test.each<[string, (tree: Workspace) => void, string]>([
  ["names its checkout", ({ root }) => writeFileSync(join(root, "activate"), `cd ${root}`), "name the checkout"],
  ["links into its checkout", ({ root }) => symlinkSync(join(root, "package.json"), join(root, "link")), "name the checkout"],
  ["changes tracked files", ({ root }) => writeFileSync(join(root, "package.json"), '{ "a": 1 }'), "changes tracked files"],
  ["makes no files", () => undefined, "makes no files"],
])("what %s is not kept, and told once", async (name, make, note) => {
  const key = `${name}-${folder.path}`.replaceAll(/[/ ]/g, "_");
  const source = await request(await workspace(), { make, key }).source;
  expect(source).toMatchObject({ from: "command", note: expect.stringContaining(note) as string });
  expect(await request(await workspace(), { make, key }).source).toEqual({ from: "command" });
  expect(readdirSync(join(folder.path, "setups"))).toEqual([]);
});

test("only a base is kept from, and what a worker's commit made is not given to others", async () => {
  expect(await request(await workspace(), { keep: false }).source).toEqual({ from: "command" });
  expect(readdirSync(join(folder.path, "setups"))).toEqual([]);
});

test("nothing is written through a link that stands where a folder was", async () => {
  await request(await workspace()).source;
  const outside = join(folder.path, "outside");
  mkdirSync(join(outside, "node_modules"), { recursive: true });
  writeFileSync(join(outside, "node_modules/precious"), "mine");
  const tree = await workspace();
  rmSync(join(tree.root, "packages/a"), { recursive: true });
  symlinkSync(outside, join(tree.root, "packages/a"));
  const { source, state } = request(tree, { make: () => undefined });
  expect((await source).from).toBe("command");
  expect(state.ran).toBe(true);
  expect(readdirSync(join(outside, "node_modules"))).toEqual(["precious"]);
});

test("the key changes with the manifests, the command and its variables, and with nothing else", async () => {
  const env = { PATH: process.env["PATH"] ?? "", BATON_THREAD: "t-1", BATON_TASK_NAME: "a" };
  const keyOf = (more: object = {}) => setupKey({ repository: "r", setup: "npm ci", store, commit: base, env, ...more });
  const key = await keyOf();
  writeFileSync(join(user, "packages/a/index.js"), "2");
  const code = await commitAll(user);
  writeFileSync(join(user, "package.json"), '{ "dependencies": {} }');
  const manifest = await commitAll(user);
  await storeOf(user, manifest, store);
  expect(await keyOf({ commit: code, env: { ...env, BATON_THREAD: "t-2", BATON_TASK_NAME: "b" } })).toBe(key);
  const others = await Promise.all([
    keyOf({ commit: manifest }),
    keyOf({ setup: "npm install" }),
    keyOf({ repository: "s" }),
    keyOf({ env: { ...env, NODE_ENV: "production" } }),
    keyOf({ setup: "make $BATON_TASK_NAME" }),
    keyOf({ setup: "make $BATON_TASK_NAME", env: { ...env, BATON_TASK_NAME: "b" } }),
  ]);
  expect(new Set([key, ...others]).size).toBe(7);
});
