import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { initGoal } from "./init-goal.ts";

const top = mkdtempSync(join(tmpdir(), "baton-init-"));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let cwd = "";
beforeEach(() => {
  cwd = mkdtempSync(join(top, "r"));
  write("package.json", '{"scripts":{"test":"node --test"}}');
});

function write(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
  chmodSync(join(cwd, path), mode);
}

const init = (change: object = {}) =>
  initGoal({ path: "goal.yaml", cwd, env: { PATH: join(cwd, "bin") }, force: false, ...change });
const written = () => readFileSync(join(cwd, "goal.yaml"), "utf8");

describe("baton init", () => {
  it("writes what it finds, with the agents on PATH", async () => {
    write("bin/claude", "", 0o755);
    write("bin/codex", "", 0o755);
    expect(await init()).toEqual({
      path: join(cwd, "goal.yaml"),
      repository: null,
      project: { kinds: ["node"], checks: [{ name: "tests", run: "npm test" }], protect: [] },
      worker: "codex",
      judge: "claude",
    });
    expect(written()).toContain("  worker: { use: codex }\n  judge: { use: claude }\n");
  });

  it("passes over a file called like an agent that cannot be run", async () => {
    write("bin/codex", "");
    expect(await init()).toMatchObject({ worker: null, judge: null });
  });

  it("takes the agent it is told", async () => {
    expect(await init({ agent: "claude", goal: " All green " })).toMatchObject({ worker: "claude", judge: null });
    expect(written()).toContain("goal: All green\n");
  });

  it("never writes over a file unless forced", async () => {
    write("goal.yaml", "mine");
    await expect(init()).rejects.toMatchObject({ type: "Conflict", message: `${join(cwd, "goal.yaml")} exists already` });
    expect(written()).toBe("mine");
    await init({ force: true });
    expect(written()).not.toBe("mine");
  });

  it("names the schema only where a path to it holds for everybody", async () => {
    await init();
    expect(written()).not.toContain("$schema");
    write("node_modules/baton/docs/goal.schema.json", "{}");
    await init({ force: true });
    expect(written()).toContain("# yaml-language-server: $schema=./node_modules/baton/docs/goal.schema.json\n");
  });

  it.each([
    ["an empty goal", { goal: " " }, "--goal is empty"],
    ["a folder that is not there", { path: "no/goal.yaml" }, "cannot be written: ENOENT"],
    ["a folder in place of the file", { path: "bin", force: true }, "cannot be written: EISDIR"],
  ])("fails clearly for %s", async (_name, change, message) => {
    mkdirSync(join(cwd, "bin"));
    await expect(init(change)).rejects.toMatchObject({
      type: "Usage",
      message: expect.stringContaining(message),
      next: expect.any(String),
    });
  });
});
