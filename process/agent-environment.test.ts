import { expect, test } from "vitest";
import { childEnvironment, parseEnvironmentItems } from "./agent-environment.ts";

const host = {
  PATH: "/bin",
  LC_ALL: "C",
  SECRET: "s",
  KEY: "k",
  BATON_STATE_DIR: "/x",
  TEMPORAL_ADDRESS: "y",
  NODE_OPTIONS: "z",
};

test("only the allowlist, what the goal asks for and the markers get through", () => {
  const made = childEnvironment({ host, pass: ["KEY"], set: { MODE: "fast" }, markers: { BATON_THREAD: "t" } });
  expect(made).toEqual({ env: { PATH: "/bin", LC_ALL: "C", KEY: "k", MODE: "fast", BATON_THREAD: "t" }, missing: [] });
});

test("a passed variable that the host does not have is named", () => {
  const made = childEnvironment({ host, pass: ["NOPE", "TEMPORAL_ADDRESS"], markers: {} });
  expect(made.missing).toEqual(["NOPE", "TEMPORAL_ADDRESS"]);
});

test("items with an equals sign set a variable, even to nothing", () => {
  expect(parseEnvironmentItems(["A", "B=1=2", "C="])).toEqual({ pass: ["A"], set: { B: "1=2", C: "" } });
});
