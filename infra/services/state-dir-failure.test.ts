import { expect, test } from "vitest";
import { stateDirOf } from "../../config/state-dir.ts";
import { stateDirFailure } from "./state-dir-failure.ts";

const state = stateDirOf({ BATON_STATE_DIR: "/state" });
const systemError = (code: string) => Object.assign(new Error(code), { code, path: "/state/run" });

test("a full disk, a read-only one and a bug are told apart", () => {
  expect(stateDirFailure(systemError("ENOSPC"), state)).toMatchObject({ type: "DiskFull", where: "/state/run" });
  expect(stateDirFailure(systemError("EROFS"), state)).toMatchObject({ type: "Settings" });
  expect(stateDirFailure(new TypeError("a bug"), state)).toBeUndefined();
});
