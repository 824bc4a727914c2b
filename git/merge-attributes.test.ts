import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bothWays, conflictOf, mergedCommit, mergeTest, type Files, type MergeTest } from "./test-merges.ts";

const numbers = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("");
const second = numbers.replace("line 2\n", "two\n");
const seventeenth = numbers.replace("line 17\n", "seventeen\n");
let its: MergeTest;

beforeEach(() => {
  its = mergeTest();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await its.close();
});

async function merged(one: Files, two: Files) {
  return bothWays(its, await its.commit([its.base], one), await its.commit([its.base], two));
}

const conflict = { queued: "conflict", plain: "conflict" };

describe("attributes of the stack", () => {
  test.each(["sha1", "sha256"])(
    "forbid merging a file whose changes would not touch each other, in a %s repository",
    async (format) => {
      await its.start({ ".gitattributes": "*.lock -merge\n", "deep/er/a.lock": numbers }, format);
      expect(await merged({ "deep/er/a.lock": second }, { "deep/er/a.lock": seventeenth })).toEqual(conflict);
    },
  );

  test("let a file take the lines of both sides", async () => {
    await its.start({ ".gitattributes": "CHANGELOG.md merge=union\n", "CHANGELOG.md": "# Log\n" });
    const { queued, plain } = await merged({ "CHANGELOG.md": "# Log\none\n" }, { "CHANGELOG.md": "# Log\ntwo\n" });
    expect(queued).toBe(plain);
    expect(await its.run("show", `${queued}:CHANGELOG.md`)).toBe("# Log\none\ntwo");
  });

  test("hold in the folder that they stand in, whatever that is called, and override those above", async () => {
    const folder = 'f\u00f6lder "a"\n';
    await its.start({
      ".gitattributes": "[attr]ours-and-theirs merge=union\nlog -merge\n",
      [`${folder}/.gitattributes`]: "log ours-and-theirs\n",
      [`${folder}/log`]: "",
      log: "",
    });
    const { queued, plain } = await merged({ [`${folder}/log`]: "one\n" }, { [`${folder}/log`]: "two\n" });
    expect(queued).toBe(plain);
    expect(queued).not.toBe("conflict");
    expect(await merged({ log: "one\n" }, { log: "two\n" })).toEqual(conflict);
  });

  test("change with what is merged, and are those of the stack that is merged onto", async () => {
    await its.start({ log: "", "a.txt": "a" });
    const union = await its.commit([its.base], { ".gitattributes": "log merge=union\n" });
    const [one, two] = [await its.commit([its.base], { log: "one\n" }), await its.commit([its.base], { log: "two\n" })];
    const merges = await its.merger(union, one, two);
    const merge = (stack: string, commit: string) => merges.merge({ stack, commit, message: "m" });
    const plain = mergedCommit(await merge(its.base, one));
    conflictOf(await merge(plain, two));
    const stack = mergedCommit(await merge(mergedCommit(await merge(its.base, union)), one));
    expect(await its.run("show", `${mergedCommit(await merge(stack, two))}:log`)).toBe("one\ntwo");
    conflictOf(await merge(plain, two));
  });

  test("of the host's user, and merge drivers that only its git knows, do not count", async () => {
    await its.start({ ".gitattributes": "a.txt merge=own\n", "a.txt": numbers, "b.txt": numbers });
    const [ran, config] = [join(its.store, "ran"), join(its.store, "user-config")];
    writeFileSync(join(its.store, "user-attributes"), "b.txt -merge\n");
    writeFileSync(config, `[core]\nattributesFile = "${its.store}/user-attributes"\n[merge "own"]\ndriver = touch '${ran}'\n`);
    vi.stubEnv("GIT_CONFIG_GLOBAL", config);
    const one = await its.commit([its.base], { "a.txt": second, "b.txt": second });
    const two = await its.commit([its.base], { "a.txt": seventeenth, "b.txt": seventeenth });
    const stack = mergedCommit(await its.mergeTwo(one, two));
    expect(await its.run("show", `${stack}:a.txt`)).toBe(second.replace("line 17\n", "seventeen\n").trim());
    expect(existsSync(ran)).toBe(false);
  });

  test("that are a link are none, as for git itself", async () => {
    await its.start({ "elsewhere.txt": "log merge=union\n", log: "" });
    await its.run(
      "update-index",
      "--add",
      "--cacheinfo",
      `120000,${await its.run("hash-object", "-w", "elsewhere.txt")},.gitattributes`,
    );
    its.base = await its.run("commit-tree", "-p", its.base, "-m", "link", await its.run("write-tree"));
    expect(await merged({ log: "one\n" }, { log: "two\n" })).toEqual(conflict);
  });
});
