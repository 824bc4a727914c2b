import { expect, test } from "vitest";
import { goalFor, play, threadWith, type PlayedTurn } from "../test/support/play-thread.ts";
import { afterAnswer } from "./questions.ts";

const crashed = { kind: "crashed", detail: "exit code 1" } as const;
const barren: PlayedTurn = { agent: crashed, tokens: 0, toolCalls: 0, message: "" };
const after = (...attempts: PlayedTurn[]) => play(threadWith(goalFor()), [{}, ...attempts]).state;

test("a session that two attempts in a row could not get a word out of is given up for a brief", () => {
  expect(after(barren)).toMatchObject({ session: { id: "s1" }, coldStart: null });
  expect(after(barren, barren)).toMatchObject({ session: null, failures: 2, questions: [] });
  expect(after(barren, barren).coldStart).toBe("2 attempts in a row that resumed the earlier session ended without a word");
});

test.each([
  ["said something", { ...barren, message: "cannot do it" }],
  ["used tokens", { ...barren, tokens: 7 }],
  ["used a tool", { ...barren, toolCalls: 1 }],
])("an attempt that %s has a session that can be resumed", (_name, attempt) => {
  expect(after(barren, attempt).session).toEqual({ agent: "command", id: "s1" });
  expect(after(attempt, barren).session).toEqual({ agent: "command", id: "s1" });
});

test("a rate limit, an interruption and a refused login say nothing about the session", () => {
  const limited: PlayedTurn = { ...barren, agent: { kind: "failed", reason: "rateLimit", detail: "429" } };
  const interrupted: PlayedTurn = { ...barren, agent: { kind: "interrupted", by: "person" } };
  const refused: PlayedTurn = { ...barren, agent: { kind: "failed", reason: "auth", detail: "401" } };
  expect(after(limited, limited, interrupted, interrupted).session).not.toBeNull();
  expect(after(barren, limited, barren).session).toBeNull();
  expect(after(barren, refused).session).not.toBeNull();
});

test("a turn that works makes the session a good one again", () => {
  expect(after(barren, {}, barren).session).not.toBeNull();
});

test("a first attempt resumes nothing, and after the question it is not resumed a third time", () => {
  const { state } = play(threadWith(goalFor()), [barren, barren, barren]);
  expect(state).toMatchObject({ session: null, questions: [{ kind: "agent" }] });
  expect(afterAnswer(state, { choice: "continue" }, 1000)).toMatchObject({
    session: null,
    coldStart: expect.stringContaining("without a word") as string,
  });
});
