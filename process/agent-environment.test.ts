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

test("a task's fields get through, but no other variable of Baton's own", () => {
  const set = { BATON_TASK_PATH: "a", BATON_HOST: "b", TEMPORAL_ADDRESS: "c" };
  const hostOfAnother = { BATON_TASK_PATH: "x" };
  expect(childEnvironment({ host: hostOfAnother, pass: ["BATON_TASK_PATH"], markers: {} }).env).toEqual({});
  expect(childEnvironment({ host: hostOfAnother, set, markers: {} }).env).toEqual({ BATON_TASK_PATH: "a" });
});

test("a passed variable that the host does not have is named", () => {
  const made = childEnvironment({ host, pass: ["NOPE", "TEMPORAL_ADDRESS"], markers: {} });
  expect(made.missing).toEqual(["NOPE", "TEMPORAL_ADDRESS"]);
});

test("items with an equals sign set a variable, even to nothing", () => {
  expect(parseEnvironmentItems(["A", "B=1=2", "C="])).toEqual({ pass: ["A"], set: { B: "1=2", C: "" } });
});
