import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { isColorful } from "./output.ts";

afterEach(() => vi.unstubAllEnvs());

test.each([
  [true, {}, true],
  [true, { NO_COLOR: "1" }, false],
  [false, {}, false],
  [false, { FORCE_COLOR: "1" }, true],
])("a stream that is a terminal (%s) with %j gets colours: %s", (isTTY, env: Record<string, string>, colorful) => {
  for (const name of ["NO_COLOR", "FORCE_COLOR"]) vi.stubEnv(name, env[name]);
  const stream = Object.assign(new PassThrough(), { isTTY, getColorDepth: () => (process.env["NO_COLOR"] ? 1 : 8) });
  expect(isColorful(stream)).toBe(colorful);
});
