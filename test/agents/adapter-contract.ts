import { randomUUID } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AgentAdapter, AgentEvent, AgentTurn, AgentTurnResult, TurnLimits } from "../../activities/agents/agent.ts";
import type { WorkerAgent } from "../../domain/goal.ts";
import type { AgentSession } from "../../domain/turn.ts";
import { totalTokens } from "../../domain/usage.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import type { Step } from "../support/model-server-script.ts";

export interface AdapterUnderTest {
  readonly adapter: AgentAdapter;
  /** How the agent is called so that the scripted model server is its model. */
  agent(server: string): Promise<Pick<WorkerAgent, "args" | "bin" | "model">>;
  /** Variables beyond HOME and PATH. */
  env(server: string): Readonly<Record<string, string>>;
}

/** A machine as far as an agent sees it. */
interface Place {
  readonly home: string;
  readonly cwd: string;
  readonly sessionDir: string;
}

interface Play {
  readonly place: Place;
  readonly turn: number;
  readonly script: readonly Step[];
  readonly session?: AgentSession | undefined;
  readonly limits?: Partial<TurnLimits>;
  readonly signal?: AbortSignal;
  readonly background?: string;
  readonly price?: WorkerAgent["price"];
}

const oneCall = { input: 600, cached: 400, output: 50 };
const calls = (count: number) => ({ input: 600 * count, cached: 400 * count, output: 50 * count });

/** What every adapter must do, whatever is behind it. Registers the tests. */
export function describeAdapter(under: AdapterUnderTest): void {
  let server: ModelServer;
  let root: string;
  const thread = `contract-${randomUUID().slice(0, 8)}`;
  const events: AgentEvent[] = [];

  beforeAll(async () => {
    server = await startModelServer();
    root = await mkdtemp(join(tmpdir(), "baton-agents-"));
    // A first run installs the agent here, where there is time for it.
    await under.agent(server.url);
  });
  afterAll(async () => {
    await server.close();
    await rm(root, { recursive: true, force: true });
  });

  const newPlace = async (): Promise<Place> => {
    const base = join(root, randomUUID().slice(0, 8));
    const place = { home: join(base, "home"), cwd: join(base, "tree"), sessionDir: join(base, "session") };
    await Promise.all(Object.values(place).map((path) => mkdir(path, { recursive: true })));
    return place;
  };

  const play = async (part: Play): Promise<AgentTurnResult> => {
    const { place, turn } = part;
    events.length = 0;
    const request: AgentTurn = {
      agent: { use: under.adapter.name, env: [], ...(await under.agent(server.url)), ...(part.price && { price: part.price }) },
      thread,
      turn,
      attempt: 1,
      prompt: `Turn ${turn} of thread ${thread}\n${part.background ?? ""}\n@@${JSON.stringify(part.script)}@@`,
      cwd: place.cwd,
      sessionDir: place.sessionDir,
      ...(part.session === undefined ? {} : { session: part.session }),
      env: {
        HOME: place.home,
        PATH: process.env["PATH"] ?? "",
        BATON_HOST: `host-${thread}`,
        BATON_THREAD: thread,
        BATON_TURN: String(turn),
        BATON_ATTEMPT: "1",
        ...under.env(server.url),
      },
      limits: { turnTimeMs: 60_000, stallMs: 30_000, ...part.limits },
      signal: part.signal ?? new AbortController().signal,
      onEvent: (event) => events.push(event),
    };
    return await under.adapter.runTurn(request);
  };

  describe(`the ${under.adapter.name} adapter`, () => {
    test("continues one session over two turns and counts each turn's usage alone", async () => {
      const place = await newPlace();
      const first = await play({ place, turn: 1, script: [{ sh: "echo one > one.txt" }, { say: "the word is zebra" }] });
      expect(first).toMatchObject({ process: { kind: "exited", code: 0 }, agent: { kind: "completed" }, usage: calls(2) });
      expect(first.message).toContain("the word is zebra");
      expect(await readFile(join(place.cwd, "one.txt"), "utf8")).toBe("one\n");
      expect(events.some((event) => event.kind === "message" && event.text.includes("zebra"))).toBe(true);

      const second = await play({ place, turn: 2, script: [{ recall: "zebra" }], session: first.session });
      expect(second).toMatchObject({ agent: { kind: "completed" }, usage: oneCall, session: { id: first.session?.id } });
      expect(second.message).toContain("recall zebra: yes");
      expect(second.coldStart).toBeUndefined();
    });

    test("interrupted in a tool, leaves no process and a session that goes on", async () => {
      const place = await newPlace();
      const control = new AbortController();
      const script: Step[] = [{ sh: "echo yes > started.txt; sleep 300" }, { say: "never" }];
      const playing = play({ place, turn: 1, script, signal: control.signal, background: "the word is yak" });
      await expect.poll(() => exists(join(place.cwd, "started.txt")), { timeout: 20_000 }).toBe(true);
      control.abort("person");
      const interrupted = await playing;
      expect(interrupted.agent).toEqual({ kind: "interrupted", by: "person" });
      expect(await processesOf(thread)).toEqual([]);

      const next = await play({ place, turn: 2, script: [{ recall: "yak" }], session: interrupted.session });
      expect(next).toMatchObject({ agent: { kind: "completed" }, usage: oneCall, session: { id: interrupted.session?.id } });
      expect(next.message).toContain("recall yak: yes");
    });

    test("takes a turn again whose first try left a session that nobody noted", async () => {
      const place = await newPlace();
      await play({ place, turn: 1, script: [{ say: "first try" }] });
      const again = await play({ place, turn: 1, script: [{ say: "second try" }] });
      expect(again).toMatchObject({ agent: { kind: "completed" }, message: "second try", usage: oneCall });
    });

    test("killed by the system, is told as crashed, leaves no process and a session that goes on", async () => {
      const place = await newPlace();
      const script: Step[] = [{ sh: "echo yes > started.txt; sleep 300" }];
      const playing = play({ place, turn: 1, script, background: "the word is gnu" });
      await expect.poll(() => exists(join(place.cwd, "started.txt")), { timeout: 20_000 }).toBe(true);
      const [first] = await processesOf(thread);
      process.kill(first!.pid, "SIGKILL");
      const crashed = await playing;
      expect(crashed.agent).toMatchObject({ kind: "crashed", detail: expect.stringContaining("SIGKILL") });
      expect(await processesOf(thread)).toEqual([]);

      const next = await play({ place, turn: 2, script: [{ recall: "gnu" }], session: crashed.session });
      expect(next).toMatchObject({ agent: { kind: "completed" }, session: { id: expect.any(String) } });
      expect(next.message).toContain("recall gnu: yes");
    });

    test.each([
      [401, "auth"],
      [429, "rateLimit"],
      [500, "server"],
    ] as const)("tells a %i of the model as %s", async (status, reason) => {
      const place = await newPlace();
      const result = await play({ place, turn: 1, script: [{ status }] });
      expect(result.agent).toMatchObject({ kind: "failed", reason });
    });

    test("starts cold, and says why, when the session is unknown", async () => {
      const place = await newPlace();
      const session = { agent: under.adapter.name, id: "00000000-0000-4000-8000-000000000000", totals: calls(9) };
      if (under.adapter.name === "command") return;
      const result = await play({ place, turn: 2, script: [{ say: "here" }], session });
      expect(result).toMatchObject({
        agent: { kind: "completed" },
        usage: oneCall,
        coldStart: expect.stringContaining("session"),
      });
      expect(result.session?.id).not.toBe(session.id);
      const odd = await play({ place, turn: 3, script: [{ say: "here" }], session: { ...session, id: "no-uuid" } });
      expect(odd).toMatchObject({ agent: { kind: "completed" }, coldStart: expect.stringContaining("no-uuid") });
    });

    test("stops an agent that says nothing more", async () => {
      const place = await newPlace();
      const script: Step[] = [{ sh: "true" }, { hang: true }];
      const result = await play({ place, turn: 1, script, limits: { stallMs: 3000 } });
      expect(result.agent).toMatchObject({ kind: "limit", limit: "stalled" });
      expect(result.session).toBeDefined();
      expect(await processesOf(thread)).toEqual([]);
    });

    test("kills what a tool started in a session of its own", async () => {
      const place = await newPlace();
      const orphan = "setsid nohup sleep 301 >/dev/null 2>&1 & echo $! > pid.txt";
      const result = await play({ place, turn: 1, script: [{ sh: orphan }, { say: "ok" }] });
      expect(result.agent).toEqual({ kind: "completed" });
      expect(await processesOf(thread)).toEqual([]);
    });

    test("moves to another home and tree with nothing but the session folder", async () => {
      const here = await newPlace();
      const first = await play({ place: here, turn: 1, script: [{ say: "the word is quagga" }] });
      const there = await newPlace();
      await cp(here.sessionDir, there.sessionDir, { recursive: true });
      const script: Step[] = [{ recall: "quagga" }];
      const second = await play({ place: there, turn: 2, script, session: first.session, background: "also turaco" });
      expect(second.message).toContain("recall quagga: yes");
      expect(second).toMatchObject({ usage: oneCall, session: { id: first.session?.id } });

      await rm(here.sessionDir, { recursive: true });
      await cp(there.sessionDir, here.sessionDir, { recursive: true });
      const back = await play({ place: here, turn: 3, script: [{ recall: "turaco" }], session: second.session });
      expect(back.message).toContain("recall turaco: yes");
      expect(back).toMatchObject({ usage: oneCall, session: { id: first.session?.id } });
    });

    test("stops a turn that uses more tokens than are left", async () => {
      const place = await newPlace();
      // Codex tells the usage of a call only after the call's tools, so one call more than the limit allows.
      const script: Step[] = [{ sh: "true" }, { sh: "true" }, { sh: "sleep 20" }, { say: "never" }];
      const result = await play({ place, turn: 1, script, limits: { tokens: 1500 } });
      expect(result.agent).toMatchObject({ kind: "limit", limit: "tokens" });
      expect(totalTokens(result.usage)).toBeGreaterThanOrEqual(1500);
    });

    test("stops a turn that takes too long", async () => {
      const place = await newPlace();
      const result = await play({ place, turn: 1, script: [{ sh: "sleep 20" }], limits: { turnTimeMs: 3000 } });
      expect(result).toMatchObject({ process: { kind: "timedOut" }, agent: { kind: "limit", limit: "turnTime" } });
    });

    test("says what is wrong when the executable is missing", async () => {
      const place = await newPlace();
      const bin = join(place.home, "no-such-agent");
      const probe = await under.adapter.probe({ use: under.adapter.name, args: [], env: [], bin }, { PATH: "/usr/bin" });
      expect(probe).toMatchObject({ problems: [{ what: expect.stringContaining("no-such-agent"), next: expect.any(String) }] });
    });
  });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

/** All processes that carry the thread's marker, oldest first; zombies have none. */
async function processesOf(thread: string): Promise<{ pid: number; command: string }[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environ = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
      if (!environ.split("\0").includes(`BATON_THREAD=${thread}`)) return [];
      return [{ pid: Number(pid), command: await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "") }];
    }),
  );
  return found.flat().toSorted((a, b) => a.pid - b.pid);
}
