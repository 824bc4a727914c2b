import { describe, expect, test } from "vitest";
import { createLogger, isSecretKey, threadLogger } from "./logger.ts";

function capture(env: Record<string, string> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    service: "host",
    host: "laptop",
    env,
    stream: { write: (line: string) => void lines.push(line) },
  });
  return { logger, read: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe("the logger", () => {
  test("writes one JSON line an event, with service, host and thread", () => {
    const { logger, read } = capture();
    threadLogger(logger, { thread: "cart-7f3k", turn: 3, attempt: 1, epoch: 2 }).info({ ms: 5 }, "turn ended");
    expect(read()).toMatchObject([
      {
        level: "info",
        service: "host",
        host: "laptop",
        thread: "cart-7f3k",
        turn: 3,
        attempt: 1,
        epoch: 2,
        ms: 5,
        msg: "turn ended",
      },
    ]);
    expect(read()[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test.each([
    [{}, ["info", "error"]],
    [{ BATON_LOG_LEVEL: "ERROR" }, ["error"]],
    [{ BATON_LOG_LEVEL: "debug" }, ["debug", "info", "error"]],
  ])("takes its level from %j", (env, levels) => {
    const { logger, read } = capture(env);
    logger.debug("a");
    logger.info("b");
    logger.error("c");
    expect(read().map((line) => line["level"])).toEqual(levels);
  });

  test("refuses a level that is none", () => {
    expect(() => capture({ BATON_LOG_LEVEL: "nonsense" })).toThrow('BATON_LOG_LEVEL is "nonsense"');
  });

  test("hides what looks like a secret at any depth and keeps errors readable", () => {
    const { logger, read } = capture();
    const cause = Object.assign(new Error("refused"), { code: "X" });
    logger.warn({ apiKey: "k1", env: [{ OPENAI_API_KEY: "k2", PATH: "/bin" }], tokens: 12, err: cause }, "hm");
    expect(read()).toMatchObject([
      {
        apiKey: "[hidden]",
        env: [{ OPENAI_API_KEY: "[hidden]", PATH: "/bin" }],
        tokens: 12,
        err: { message: "refused", code: "X" },
      },
    ]);
  });

  test.each([
    "password",
    "dbPassword",
    "GITHUB_TOKEN",
    "accessToken",
    "x-api-key",
    "clientSecret",
    "Authorization",
    "AWS_SECRET_ACCESS_KEY",
  ])("takes %s for a secret", (key) => expect(isSecretKey(key)).toBe(true));
  test.each(["tokens", "tokenCount", "path", "author", "turn", "keyboard"])("takes %s for no secret", (key) => {
    expect(isSecretKey(key)).toBe(false);
  });
});
