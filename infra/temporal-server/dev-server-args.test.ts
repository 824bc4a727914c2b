import { expect, test } from "vitest";
import { devServerArgs } from "./dev-server-args.ts";

const server = {
  port: 1,
  uiPort: 2,
  namespace: "default",
  databaseFile: "/state/temporal.db",
  searchAttributes: ["BatonTurn=Int"],
};

test("the server listens on loopback alone, keeps its data in a file and knows the search attributes", () => {
  const line = devServerArgs(server).join(" ");
  expect(line).toMatch(/^server start-dev --ip 127\.0\.0\.1 --port 1 --ui-port 2 --db-filename \/state\/temporal\.db /);
  expect(line).toContain("--sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=NORMAL");
  expect(line).toContain("--dynamic-config-value history.transferProcessorMaxPollRPS=2000");
  expect(line).toContain("--search-attribute BatonTurn=Int");
});

test("only a namespace that is not there by itself is created", () => {
  expect(devServerArgs(server)).not.toContain("--namespace");
  expect(devServerArgs({ ...server, namespace: "team" }).join(" ")).toContain("--namespace team");
});
