import { expect, test } from "vitest";
import { createLogger } from "../config/logger.ts";
import { BatonFailure } from "../domain/failure.ts";
import { metricsPortOf, runtimeOptions } from "./runtime.ts";
import { temporalLogger } from "./temporal-logger.ts";

function capture(level = "info") {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ service: "host", env: { BATON_LOG_LEVEL: level }, stream });
  return { logger, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

test("the SDK's lines become ours, with their context and without the task token", () => {
  const { logger, read } = capture();
  const bridge = temporalLogger(logger);
  const error = new Error("lost");
  bridge.warn("Activity failed", { workflowId: "thread/cart-7f3k", taskToken: "zzz", attempt: 2, big: 5n, error });
  bridge.debug("noise");
  expect(read()).toHaveLength(1);
  expect(read()[0]).toMatchObject({
    level: "warn",
    msg: "Activity failed",
    thread: "cart-7f3k",
    workflowId: "thread/cart-7f3k",
    attempt: 2,
    big: "5",
    err: { message: "lost" },
  });
  expect(read()[0]).not.toHaveProperty("taskToken");
});

test("every level of the SDK has one of ours", () => {
  const { logger, read } = capture("trace");
  const bridge = temporalLogger(logger);
  for (const level of ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"] as const) bridge.log(level, level);
  expect(read().map((line) => line["level"])).toEqual(["trace", "debug", "info", "warn", "error"]);
});

test("metrics are exported on the loopback interface, and only when a port is given", () => {
  const { logger } = capture();
  expect(runtimeOptions({ logger }).telemetryOptions).not.toHaveProperty("metrics");
  expect(runtimeOptions({ logger, metricsPort: 9464 }).telemetryOptions?.metrics).toEqual({
    prometheus: { bindAddress: "127.0.0.1:9464" },
  });
});

test("a metrics port is a port or an expected failure", () => {
  expect(metricsPortOf({})).toBeUndefined();
  expect(metricsPortOf({ BATON_METRICS_PORT: "9464" })).toBe(9464);
  for (const port of ["0", "70000", "http", "-1", "1e3"])
    expect(() => metricsPortOf({ BATON_METRICS_PORT: port })).toThrow(BatonFailure);
});
