import { expect, test } from "vitest";
import { readLogLevel, readSettings } from "./settings.ts";

test("without settings, state and cache are in the home directory and the log says what matters", () => {
  const { state, cache, logLevel, temporalBin } = readSettings({ XDG_STATE_HOME: "/s", XDG_CACHE_HOME: "/c" });
  expect([state.root, cache, logLevel, temporalBin]).toEqual(["/s/baton", "/c/baton", "info", undefined]);
});

test("a level may be written in any case", () => {
  expect(readLogLevel({ BATON_LOG_LEVEL: "WARN" })).toBe("warn");
});

test.each([
  ["BATON_STATE_DIR", "state"],
  ["BATON_LOG_LEVEL", "loud"],
  ["BATON_TEMPORAL_UI", "localhost:8080"],
])("%s cannot be %s", (name, value) => {
  expect(() => readSettings({ [name]: value })).toThrow(
    expect.objectContaining({ type: "Settings", message: expect.stringContaining(name) }),
  );
});
