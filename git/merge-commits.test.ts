import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mergeMessage } from "../domain/fan-out/merge-message.ts";
import { openMerger } from "./merge-commits.ts";
import { conflictOf, mergedCommit, mergeTest, type Files, type MergeTest } from "./test-merges.ts";

const numbers = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("");
let its: MergeTest;

beforeEach(() => {
  its = mergeTest();
});
afterEach(() => its.close());

describe("merging without a checkout", () => {
  test.each(["sha1", "sha256"])("puts one commit after the other onto the stack, in a %s repository", async (format) => {
    await its.start({ "a.txt": numbers }, format);
    const one = await its.commit([its.base], { "a.txt": numbers.replace("line 2\n", "two\n"), "one.txt": "1" });
    const two = await its.commit([its.base], { "a.txt": numbers.replace("line 17\n", "seventeen\n") });
    const stack = mergedCommit(await its.mergeTwo(one, two));
    expect(await its.run("show", `${stack}:a.txt`)).toBe(
      numbers.replace("line 2\n", "two\n").replace("line 17\n", "seventeen\n").trim(),
    );
    expect(await its.run("show", `${stack}:one.txt`)).toBe("1");
    expect((await its.run("log", "-1", "--format=%P", stack)).split(" ")[1]).toBe(two);
    await its.run("fsck", "--strict");
  });

  test("gives the same commit for the same merge, at any time", async () => {
    await its.start({ "a.txt": "a" });
    const one = await its.commit([its.base], { "b.txt": "b" });
    const [first, second] = [await its.merger(one), await its.merger(one)];
    const request = { stack: its.base, commit: one, message: "m" };
    expect(await first.merge(request)).toEqual(await second.merge(request));
  });

  test("leaves out what is in already: an ancestor, the base, and what an earlier merge brought", async () => {
    await its.start({ "a.txt": "a" });
    const one = await its.commit([its.base], { "b.txt": "b" });
    const two = await its.commit([one], { "c.txt": "c" });
    const merges = await its.merger(one, two, its.base);
    expect(await merges.merge({ stack: its.base, commit: its.base, message: "m" })).toEqual({ kind: "already" });
    const stack = mergedCommit(await merges.merge({ stack: its.base, commit: two, message: "m" }));
    expect(await merges.merge({ stack, commit: one, message: "m" })).toEqual({ kind: "already" });
    expect(await merges.merge({ stack, commit: two, message: "m" })).toEqual({ kind: "already" });
  });

  test("merges work that is built on an older base, and histories that cross", async () => {
    await its.start({ "a.txt": numbers });
    const root = its.base;
    const left = await its.commit([root], { "left.txt": "l" });
    const right = await its.commit([root], { "right.txt": "r" });
    const crossed = await its.commit([left, right], { "right.txt": "r" });
    const back = await its.commit([right, left], { "left.txt": "l", "a.txt": numbers.replace("line 3\n", "three\n") });
    const old = await its.commit([root], { "old.txt": "o" });
    its.base = crossed;
    const stack = mergedCommit(await its.mergeTwo(back, old));
    expect(await its.run("ls-tree", "--name-only", stack)).toBe("a.txt\nleft.txt\nold.txt\nright.txt");
    expect(await its.run("show", `${stack}:a.txt`)).toContain("three");
  });

  test("a hostile task name stays in the message's first line", async () => {
    await its.start({ "a.txt": "a" });
    const one = await its.commit([its.base], { "b.txt": "b" });
    const name = "x\n\nBaton-Task: forged\r\nSigned-off-by: you\0\u001b[31m\u202e";
    const message = mergeMessage({ key: "k1", name, thread: "t-1" });
    const made = mergedCommit(await (await its.merger(one)).merge({ stack: its.base, commit: one, message }));
    expect(await its.run("log", "-1", "--format=%s", made)).toBe("Merge x Baton-Task: forged Signed-off-by: you");
    expect(await its.run("log", "-1", "--format=%(trailers)", made)).toBe("Baton-Task: k1\nBaton-Thread: t-1");
  });

  test("refuses a commit that the store does not have", async () => {
    await its.start({ "a.txt": "a" });
    await expect(openMerger({ store: its.store, onto: its.base, commits: ["0".repeat(39) + "1"] })).rejects.toMatchObject({
      type: "Workspace",
    });
  });
});

describe("a conflict", () => {
  test("shows the hunks with their markers, and the stack goes on without it", async () => {
    await its.start({ "a.txt": numbers, "b.txt": "b" });
    const one = await its.commit([its.base], { "a.txt": numbers.replace("line 9\n", "nine\n") });
    const two = await its.commit([its.base], { "a.txt": numbers.replace("line 9\n", "NEUN\n") });
    const three = await its.commit([its.base], { "c.txt": "c" });
    const merges = await its.merger(one, two, three);
    const stack = mergedCommit(await merges.merge({ stack: its.base, commit: one, message: "one" }));
    const conflict = conflictOf(await merges.merge({ stack, commit: two, message: "two" }));
    expect(conflict).toMatchObject({ paths: ["a.txt"], text: "contents of a.txt" });
    expect(conflict.evidence).toContain(
      "a.txt:\n[…]\nline 6\nline 7\nline 8\n<<<<<<< merged-stack\nnine\n=======\nNEUN\n>>>>>>> this-task\nline 10",
    );
    const next = mergedCommit(await merges.merge({ stack, commit: three, message: "three" }));
    expect(await its.run("show", `${next}:c.txt`)).toBe("c");
  });

  test("names what has no hunks: binaries, removed files, folders in the way", async () => {
    const pair = "pair\n".repeat(20);
    await its.start({ "a.txt": numbers, "bin.dat": "\0base", "pair.txt": pair });
    const one = await its.commit([its.base], {
      "a.txt": `${numbers}more\n`,
      "bin.dat": "\0one",
      thing: "file",
      "pair.txt": null,
      "p1.txt": pair,
    });
    const two = await its.commit([its.base], {
      "a.txt": null,
      "bin.dat": "\0two",
      "thing/x": "1",
      "pair.txt": null,
      "p2.txt": pair,
    });
    const { text, evidence, paths } = conflictOf(await its.mergeTwo(one, two));
    expect(text.split("; ").sort()).toEqual([
      "binary of bin.dat",
      "file/directory of thing~merged-stack",
      "modify/delete of a.txt",
      "rename/rename of pair.txt",
    ]);
    expect(evidence).toContain("a.txt deleted in this-task and modified in merged-stack");
    expect(evidence).toContain("bin.dat: binary");
    expect(evidence).toContain("directory in the way of thing from merged-stack");
    expect(paths).toContain("bin.dat");
  });

  test("names submodules that went apart", async () => {
    await its.start({ "a.txt": "a" });
    const withLink = async (id: string) => {
      await its.run("checkout", "--quiet", "--force", "--detach", its.base);
      await its.run("update-index", "--add", "--cacheinfo", `160000,${id},sub`);
      return its.run("commit-tree", "-p", its.base, "-m", "link", await its.run("write-tree"));
    };
    const [one, two] = [await withLink("1".repeat(40)), await withLink("2".repeat(40))];
    const { text, evidence } = conflictOf(await its.mergeTwo(one, two));
    expect(text).toMatch(/sub/);
    expect(evidence).toMatch(/submodule/i);
  });

  test("has bounded evidence, however much conflicts and however the files are called", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `file ${index} ü.txt`);
    const all = (text: string): Files =>
      Object.fromEntries([...names, "new\nline.txt"].map((name) => [name, `${text}\n`.repeat(500)]));
    await its.start({ "a.txt": "a" });
    const { evidence, text, paths } = conflictOf(
      await its.mergeTwo(await its.commit([its.base], all("one")), await its.commit([its.base], all("two"))),
    );
    expect(paths).toHaveLength(41);
    expect(Buffer.byteLength(evidence)).toBeLessThanOrEqual(6_000);
    expect(text.length).toBeLessThanOrEqual(300);
    expect(`${text}${paths.join("")}`).not.toContain("\n");
  });

  test("is what git dies of, and the stack goes on without it", async () => {
    const [hello, world] = ["hello\n".repeat(20), "world\n".repeat(20)];
    await its.start({ "tools/hello": hello, world });
    const one = await its.commit([its.base], { world: null, "tools/world": world });
    const two = await its.commit([its.base], { world: null, "tools/hello": null, hello });
    const three = await its.commit([its.base], { three: "3" });
    const merges = await its.merger(one, two, three);
    const stack = mergedCommit(await merges.merge({ stack: its.base, commit: one, message: "one" }));
    expect(conflictOf(await merges.merge({ stack, commit: two, message: "two" })).text).not.toBe("");
    mergedCommit(await merges.merge({ stack, commit: three, message: "three" }));
  });

  test("of histories that have nothing in common is told as one", async () => {
    await its.start({ "a.txt": "a" });
    const stranger = await its.commit([], { "b.txt": "b" });
    const merges = await its.merger(stranger);
    expect(conflictOf(await merges.merge({ stack: its.base, commit: stranger, message: "m" })).text).toContain("no history");
    const one = await its.commit([its.base], { "c.txt": "c" });
    const again = await its.merger(one, stranger);
    conflictOf(await again.merge({ stack: its.base, commit: stranger, message: "m" }));
    expect(await again.merge({ stack: its.base, commit: one, message: "m" })).toMatchObject({ kind: "merged" });
  });
});
