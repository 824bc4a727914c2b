import { expect, test } from "vitest";
import { classifyFailure } from "./classify-failure.ts";

test.each([
  ["unexpected status 401 Unauthorized: scripted 401, url: http://127.0.0.1/v1/responses", "auth"],
  ["Invalid API key · Please run /login", "auth"],
  ["Missing environment variable: `OPENAI_API_KEY`.", "auth"],
  ["exceeded retry limit, last status: 429 Too Many Requests", "rateLimit"],
  ["You've hit your usage limit. Try again in 3 days 4 hours.", "rateLimit"],
  ["We’re currently experiencing high demand, which may cause temporary errors.", "server"],
  ["stream disconnected before completion: error sending request", "server"],
  ["Your input exceeds the context window of this model.", "context"],
  ["invalid_request_error: model gpt-9 does not exist", "config"],
  ["error: unexpected argument '--frobnicate' found", "config"],
  ["--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons", "config"],
  ["the dog ate it", "unknown"],
])("sorts %j as %s", (words, reason) => {
  expect(classifyFailure(words)).toMatchObject({ kind: "failed", reason, detail: words });
});

test.each([
  [401, "auth"],
  [403, "auth"],
  [429, "rateLimit"],
  [529, "server"],
  [404, "config"],
])("believes HTTP status %i more than the words around it", (status, reason) => {
  expect(classifyFailure("please log in after the rate limit of your connection", status)).toMatchObject({ reason });
});

test.each([
  ["rate limit reached, try again in 20s", 20_000],
  ["rate limit reached, try again in 1.5 minutes", 90_000],
  ["usage limit reached, try again in 3 days 4 hours", 273_600_000],
  ["429, retry-after: 7", 7000],
  ["429, please try again in 350ms", 350],
  ["429, try again later", undefined],
])("reads the wait from %j", (words, retryAfterMs) => {
  expect(classifyFailure(words).retryAfterMs).toBe(retryAfterMs);
});
