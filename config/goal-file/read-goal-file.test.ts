import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readGoalFile } from "./read-goal-file.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-goal-file-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const goal = "goal: x\nverify: [npm test]\nagents: { worker: { use: claude } }\n";

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("reading a goal file", () => {
  it("gives the goal, the text and the absolute path", async () => {
    const path = write("good.yaml", goal);
    expect(await readGoalFile(path)).toMatchObject({ path, text: goal, goal: { goal: "x" } });
  });

  it("passes over a byte order mark and takes any line end", async () => {
    const path = write("bom.yaml", `\uFEFF${goal.replaceAll("\n", "\r\n")}`);
    expect((await readGoalFile(path)).goal.goal).toBe("x");
  });

  it.each<[string, () => string, string]>([
    ["is missing", () => join(folder, "none.yaml"), "does not exist"],
    ["lies under a file", () => join(write("file", ""), "goal.yaml"), "does not exist"],
    ["is a folder", () => (mkdirSync(join(folder, "dir"), { recursive: true }), join(folder, "dir")), "is a folder"],
    [
      "is a pipe that nobody writes",
      () => (execFileSync("mkfifo", [join(folder, "pipe")]), join(folder, "pipe")),
      "is not a regular file",
    ],
    ["is too large", () => write("large.yaml", "#".repeat(1024 * 1024 + 1)), "is 1048577 bytes; a goal file has at most 1 MiB"],
    ["is Latin-1", () => write("latin.yaml", Buffer.from("goal: caf\u00e9", "latin1")), "is not UTF-8 text"],
    ["is UTF-16", () => write("utf16.yaml", Buffer.from(`\uFEFF${goal}`, "utf16le")), "is not UTF-8 text"],
    [
      "has a NUL in its name",
      () => "a\0b",
      "cannot be read: The argument 'path' must be a string, Uint8Array, or URL without null bytes. Received 'a\\x00b'",
    ],
  ])("fails clearly when it %s", async (_name, prepare, what) => {
    const path = prepare();
    await expect(readGoalFile(path)).rejects.toMatchObject({
      type: "GoalFile",
      message: `${path} ${what}`,
      next: expect.any(String),
    });
  });
});
