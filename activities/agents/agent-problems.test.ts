import { expect, test } from "vitest";
import { agentProblems } from "./agent-problems.ts";
import type { HostContext } from "../host-context.ts";
import type { PrepareInput } from "../thread-activities.ts";

const host = { host: "big-1", folder: "/nowhere", env: { PATH: process.env["PATH"] } } as unknown as HostContext;
const here = { use: "command", args: [], env: [], bin: process.execPath, timeoutMs: 1000 } as const;
const missing = { ...here, bin: "/nowhere/agent" };

const problemsOf = (change: Pick<PrepareInput, "others"> & Partial<PrepareInput>) =>
  agentProblems(host, { thread: "t", epoch: 2, turn: 3, agent: here, ...change } as PrepareInput);

test("everybody who works on a thread is looked for, not its worker alone", async () => {
  expect(await problemsOf({ others: [{ role: "judge", agent: here }] })).toEqual([]);
  const problems = await problemsOf({
    others: [
      { role: "judge", agent: missing },
      { role: "reviewer", agent: { ...missing, args: ["--strict"] } },
    ],
  });
  expect(problems).toEqual([expect.stringMatching(/^judge: .*\/nowhere\/agent/), expect.stringMatching(/^reviewer: /)]);
});

test("an executable that two of them are is complained about once", async () => {
  expect(await problemsOf({ agent: missing, others: [{ role: "judge", agent: missing }] })).toHaveLength(1);
});

test("a model needs its key, a server of one's own none", async () => {
  const model = { use: "model", provider: "anthropic", model: "m", timeoutMs: 1000 } as const;
  expect(await problemsOf({ others: [{ role: "judge", agent: model }] })).toEqual([expect.stringContaining("ANTHROPIC_API_KEY")]);
  const own = { ...model, provider: "openai-compatible", baseUrl: "http://127.0.0.1:1/v1" } as const;
  expect(await problemsOf({ others: [{ role: "judge", agent: own }] })).toEqual([]);
});

test("a variable that one of them is given has to be set", async () => {
  const agent = { ...here, env: ["ONLY_AT_HOME"] };
  await expect(problemsOf({ others: [{ role: "reviewer", agent }] })).rejects.toThrow("ONLY_AT_HOME");
});
