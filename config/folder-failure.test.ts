import { mkdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { folderFailure, inFolder } from "./folder-failure.ts";

const folder = { root: "/state", what: "the store", next: "name another" };
const systemError = (code: string, path = "/state/run") => Object.assign(new Error(code), { code, path });

test("a full disk, a read-only one and a bug are told apart", () => {
  expect(folderFailure(systemError("ENOSPC"), folder)).toMatchObject({ type: "DiskFull", where: "/state/run" });
  expect(folderFailure(systemError("EROFS"), folder)).toMatchObject({
    type: "Settings",
    message: "the store cannot be written: the file system is read-only",
    where: "/state/run",
    next: "name another",
  });
  expect(folderFailure(systemError("EACCES", "/"), folder)).toMatchObject({ where: "/", next: "name another" });
  expect(folderFailure(systemError("EACCES", "/cache"), folder)).toMatchObject({ where: "/cache", next: "make it writable" });
  const readOnly = Object.assign(systemError("ENOENT"), { syscall: "mkdir" });
  expect(folderFailure(readOnly, folder)).toMatchObject({ message: "the store cannot be written: no folder can be made there" });
  expect(folderFailure(Object.assign(new Error("kill EPERM"), { code: "EPERM" }), folder)).toBeUndefined();
  expect(folderFailure(systemError("ENOENT"), folder)).toBeUndefined();
  expect(folderFailure(new TypeError("a bug"), folder)).toBeUndefined();
});

test.each(["/dev/null/x", "/dev/null"])("a folder %s that cannot be made is a matter of settings", async (root) => {
  const made = inFolder({ ...folder, root }, () => mkdir(root, { recursive: true }));
  await expect(made).rejects.toMatchObject({ type: "Settings", where: root, next: "name another" });
});
