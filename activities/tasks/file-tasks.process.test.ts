import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { commitAll, scratchFolder } from "../../git/test-repository.ts";
import { fileTasks } from "./file-tasks.ts";

let folder: ReturnType<typeof scratchFolder>;

beforeEach(() => {
  folder = scratchFolder();
  mkdirSync(join(folder.path, "src/deep"), { recursive: true });
});
afterEach(() => folder.remove());

function write(...paths: (string | Buffer)[]): void {
  for (const path of paths) writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from(path)]), "text");
}

async function list(...globs: string[]) {
  const commit = await commitAll(folder.path);
  return fileTasks({ store: join(folder.path, ".git"), commit, globs });
}

test("every regular file of the base that matches is a task, by path", async () => {
  write("src/b.ts", "src/a.ts", "src/deep/c.ts", "src/deep/d.js", "e.ts", "src/é und ü.ts");
  symlinkSync("a.ts", join(folder.path, "src/link.ts"));
  const tasks = await list("src/**/*.ts");
  expect(tasks.map(({ fields }) => fields["path"])).toEqual(["src/a.ts", "src/b.ts", "src/deep/c.ts", "src/é und ü.ts"]);
  expect(tasks[0]).toEqual({ name: "src/a.ts", fields: { path: "src/a.ts", name: "src/a.ts" } });
});

test("a file that was not committed is none of the base", async () => {
  write("src/a.ts");
  const commit = await commitAll(folder.path);
  write("src/new.ts");
  expect(await fileTasks({ store: join(folder.path, ".git"), commit, globs: ["src"] })).toHaveLength(1);
});

test("a name with a line break is a task of one line", async () => {
  write("src/a\nb.ts");
  expect(await list("src")).toEqual([{ name: "src/a b.ts", fields: { path: "src/a\nb.ts", name: "src/a\nb.ts" } }]);
});

test("globs that match nothing are told", async () => {
  write("src/a.ts");
  await expect(list("lib/**", "*.py")).rejects.toMatchObject({
    type: "TaskList",
    message: expect.stringContaining("matches lib/**, *.py"),
    where: "fan_out.files",
  });
});

test.runIf(process.platform === "linux")("a name that is not UTF-8 is refused, unless nobody means it", async () => {
  write("src/a.ts", Buffer.from("src/b\xff.ts", "latin1"));
  await expect(list("src")).rejects.toMatchObject({ type: "TaskList", message: expect.stringContaining("is not UTF-8") });
  expect(await list("src/a.ts")).toHaveLength(1);
});
