import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cleanCheckout, recordSetup } from "./clean-checkout.ts";
import { git } from "./git.ts";
import { indexPack, packObjects } from "./pack.ts";
import { commitAll, scratchFolder, storeOf } from "./test-repository.ts";

let folder: ReturnType<typeof scratchFolder>;
let user: string;
let request: { store: string; dir: string; commit: string };
let root: string;

beforeEach(async () => {
  folder = scratchFolder();
  user = join(folder.path, "user");
  mkdirSync(join(user, "src"), { recursive: true });
  writeFileSync(join(user, "package.json"), "{}");
  writeFileSync(join(user, "src/a.js"), "a");
  writeFileSync(join(user, ".gitignore"), "node_modules\n*.log\n");
  const commit = await commitAll(user);
  const store = await storeOf(user, commit, join(folder.path, "store.git"));
  request = { store, dir: join(folder.path, "clean"), commit };
  ({ root } = await cleanCheckout(request));
});
afterEach(() => folder.remove());

const at = (name: string) => join(root, name);

async function commitMore(name: string, content: string): Promise<string> {
  writeFileSync(join(user, name), content);
  const commit = await commitAll(user, name);
  const pack = packObjects({ gitDir: join(user, ".git"), wants: [commit], haves: [request.commit] });
  await indexPack({ gitDir: request.store }, pack);
  return commit;
}

test("what an earlier command did to the checkout is undone", async () => {
  writeFileSync(at("src/a.js"), "b");
  chmodSync(at("package.json"), 0o777);
  writeFileSync(at("junk.txt"), "");
  writeFileSync(at("out.log"), "");
  mkdirSync(at("empty"));
  rmSync(at(".gitignore"));
  rmSync(at(".git"), { recursive: true });
  await cleanCheckout(request);
  expect(readFileSync(at("src/a.js"), "utf8")).toBe("a");
  expect(statSync(at("package.json")).mode & 0o111).toBe(0);
  expect(["junk.txt", "out.log", "empty", ".gitignore"].map((name) => existsSync(at(name)))).toEqual([false, false, false, true]);
  expect((await git(["status", "--porcelain", "--ignored"], { cwd: root })).toString()).toBe("");
  expect((await git(["rev-parse", "HEAD"], { cwd: root })).toString().trim()).toBe(request.commit);
});

test("what setup made is kept until it is gone or the dependencies change", async () => {
  expect((await cleanCheckout(request)).setupNeeded).toBe("first use");
  mkdirSync(at("node_modules/x"), { recursive: true });
  await recordSetup(request);
  mkdirSync(at("coverage"));
  writeFileSync(at("coverage/c.log"), "");
  expect((await cleanCheckout(request)).setupNeeded).toBeUndefined();
  expect([existsSync(at("node_modules/x")), existsSync(at("coverage"))]).toEqual([true, false]);

  const code = await commitMore("src/a.js", "c");
  expect((await cleanCheckout({ ...request, commit: code })).setupNeeded).toBeUndefined();
  const dependencies = await commitMore("package.json", '{"dependencies":{}}');
  expect((await cleanCheckout({ ...request, commit: dependencies })).setupNeeded).toBe("dependencies changed");

  rmSync(at("node_modules"), { recursive: true });
  expect((await cleanCheckout({ ...request, commit: code })).setupNeeded).toBe("its files are gone");
});

test("a checkout that a command made a plain file of is made anew", async () => {
  rmSync(at("src"), { recursive: true });
  writeFileSync(at("src"), "");
  writeFileSync(join(request.dir, "tree.index"), "garbage");
  await cleanCheckout(request);
  expect(readFileSync(at("src/a.js"), "utf8")).toBe("a");
});
