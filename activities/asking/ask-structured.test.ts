import { expect, test } from "vitest";
import { noUsage } from "../../domain/usage.ts";
import { askStructured, type EnterAgent } from "./ask-structured.ts";
import type { AgentEnd } from "../agents/agent-gate.ts";
import type { Answer } from "./question.ts";

const used = { input: 10, cached: 0, output: 1 };

async function ask(answers: readonly Answer[], more: { timeoutMs?: number; signal?: AbortSignal; enter?: EnterAgent } = {}) {
  const prompts: string[] = [];
  const answer = await askStructured<{ ok: unknown }>({
    prompt: "Say ok",
    timeoutMs: 1000,
    signal: new AbortController().signal,
    ask: async ({ prompt }) => answers[prompts.push(prompt) - 1]!,
    read: (value) => (value === "ok" ? { ok: value } : { invalid: `${String(value)} is not ok` }),
    ...more,
  });
  return { answer, prompts };
}

test("an answer that can be used is asked for once", async () => {
  const { answer, prompts } = await ask([{ answer: "ok", usage: used }]);
  expect(answer).toMatchObject({ value: { ok: "ok" }, usage: used });
  expect(prompts).toEqual(["Say ok"]);
});

test("one that cannot be used is asked for once more, with the problem", async () => {
  const { answer, prompts } = await ask([
    { answer: "nonsense", usage: used },
    { answer: "ok", usage: used },
  ]);
  expect(answer).toMatchObject({ value: { ok: "ok" }, usage: { input: 20, cached: 0, output: 2 } });
  expect(prompts[1]).toMatch(/^Say ok\n\n.*nonsense is not ok/s);
});

test("a second bad answer is the last", async () => {
  const { answer, prompts } = await ask([
    { answer: "nonsense", usage: used },
    { answer: "more of it", usage: used },
  ]);
  expect(answer).toMatchObject({ problem: "more of it is not ok", usage: { input: 20 } });
  expect(prompts).toHaveLength(2);
});

test("no answer at all is asked for again only where that may help", async () => {
  const failed = { problem: "login refused", usage: noUsage };
  expect((await ask([{ ...failed, again: false }])).answer).toMatchObject({ problem: "login refused" });
  expect(
    (
      await ask([
        { ...failed, again: true },
        { answer: "ok", usage: used },
      ])
    ).answer,
  ).toHaveProperty("value");
});

test("nobody is asked when there is no time, or no wish, for an answer", async () => {
  expect((await ask([], { timeoutMs: 0 })).answer).toMatchObject({ problem: "no answer came in time" });
  expect((await ask([], { signal: AbortSignal.abort() })).answer).toMatchObject({ problem: "it was interrupted" });
});

test("a refusal by the provider is waited out, and not held against the answer", async () => {
  const ends: AgentEnd[] = [];
  const enter = async () => ({ leave: (end: AgentEnd) => void ends.push(end) });
  const refused = { problem: "429", usage: noUsage, again: false, limited: { retryAfterMs: 5 } };
  const { answer, prompts } = await ask([refused, refused, { answer: "ok", usage: used }], { enter });
  expect(answer).toMatchObject({ value: { ok: "ok" } });
  expect(prompts).toEqual(["Say ok", "Say ok", "Say ok"]);
  expect(ends).toEqual([{ limited: { retryAfterMs: 5 } }, { limited: { retryAfterMs: 5 } }, "served"]);
  const never = await ask(
    Array.from({ length: 9 }, () => refused),
    { enter },
  );
  expect(never).toMatchObject({ answer: { problem: "429" }, prompts: { length: 4 } });
});

test("the wait to enter is not time for the answer, and who is interrupted meanwhile is not asked", async () => {
  const enter = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return { leave: () => undefined };
  };
  const { answer } = await ask([{ answer: "ok", usage: used }], { enter, timeoutMs: 10 });
  expect(answer).toHaveProperty("value");
  expect(answer.waitedMs).toBeGreaterThanOrEqual(28);
  const control = new AbortController();
  const gone = await ask([], { signal: control.signal, enter: async () => (control.abort(), null) });
  expect(gone).toMatchObject({ answer: { problem: "it was interrupted" }, prompts: [] });
});
