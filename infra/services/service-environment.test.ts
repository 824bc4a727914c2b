import { expect, test } from "vitest";
import { serviceEnvironment } from "./service-environment.ts";

test("a service inherits the environment without the marks of the turn that started it", () => {
  const env = { PATH: "/bin", BATON_THREAD: "cart-7f3k", BATON_HOST: "h", BATON_METRICS_PORT: "9464", EMPTY: undefined };
  expect(serviceEnvironment(env, { add: {} })).toEqual({ PATH: "/bin", BATON_METRICS_PORT: "9464" });
});

test("what is added wins over what is taken out", () => {
  const env = { TEMPORAL_ADDRESS: "cloud:7233", TEMPORAL_API_KEY: "secret" };
  const changes = { add: { TEMPORAL_ADDRESS: "127.0.0.1:1" }, without: Object.keys(env) };
  expect(serviceEnvironment(env, changes)).toEqual({ TEMPORAL_ADDRESS: "127.0.0.1:1" });
});
