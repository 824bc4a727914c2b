import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentAdapters } from "../../activities/agents/adapters.ts";
import { realAgent } from "../support/real-agents.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "baton-probe-"));
  await Promise.all([realAgent("claude"), realAgent("codex")]);
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

const key = { codex: "OPENAI_API_KEY", claude: "ANTHROPIC_API_KEY" };
const version = { codex: "0.169.0", claude: "2.1.329" };

test.each(["codex", "claude"] as const)("%s is found with its version, and a missing login is said", async (use) => {
  const agent = { use, bin: await realAgent(use), args: [], env: [] };
  const env = { HOME: home, PATH: process.env["PATH"] ?? "" };
  const probe = await agentAdapters[use].probe(agent, env);
  expect(probe).toMatchObject({ agent: use, path: expect.stringContaining("/"), version: version[use] });
  expect(probe.problems.map(({ what }) => what)).toContain(`${use} is not logged in on this host`);
  const ready = await agentAdapters[use].probe(agent, { ...env, [key[use]]: "none" });
  expect(ready.problems.map(({ what }) => what)).not.toContain(`${use} is not logged in on this host`);
});

test("codex is started without npm's shim, which would outlive a kill", async () => {
  const agent = { use: "codex", bin: await realAgent("codex"), args: [], env: [] } as const;
  const probe = await agentAdapters.codex.probe(agent, { HOME: home, PATH: process.env["PATH"] ?? "" });
  expect(probe.path).not.toMatch(/\.js$|\.bin/);
});

test("an executable that does not start is a problem with its words", async () => {
  const bin = fileURLToPath(new URL("../support/agents/faulty-agent.mjs", import.meta.url));
  const env = { HOME: home, PATH: process.env["PATH"] ?? "", FAULT: "fails" };
  for (const use of ["codex", "claude"] as const) {
    const { problems } = await agentAdapters[use].probe({ use, bin, args: [], env: [] }, env);
    expect(problems).toMatchObject([{ what: expect.stringContaining("cannot do it"), next: expect.any(String) }]);
  }
});
