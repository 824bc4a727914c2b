import type { AgentService } from "../../domain/agent-service.ts";
import { afterRefusal, afterStart, afterSuccess, type ProviderBackOff } from "../../domain/provider-back-off.ts";

export interface AgentGateSettings {
  /** Agents at once, by kind (`codex`, `claude`, `command`, `model`) or by provider; what is not named is not limited. */
  readonly limits: Readonly<Record<string, number>>;
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

export interface AgentWish {
  readonly thread: string;
  readonly service: AgentService;
  /** Lower goes first; equal ones in the order in which they came. */
  readonly priority: number;
  readonly signal: AbortSignal;
  /** Told what it waits for, when that changes. */
  onWait(reason: string): void;
}

/** How an agent ended, as far as its provider is concerned. */
export type AgentEnd = "served" | "unknown" | { readonly limited: { readonly retryAfterMs?: number } };

/** The right to run one agent, given back with how it ended. */
export interface AgentPass {
  leave(end: AgentEnd): void;
}

/** Lets agents of this host start, so that hundreds of threads do not run into one rate limit together. */
export interface AgentGate {
  /** Waits for as long as it takes; null when aborted first. */
  enter(wish: AgentWish): Promise<AgentPass | null>;
  /** Lets others run while a thread's agent does nothing but wait for them; ends with the function it gives. */
  lend(thread: string): () => void;
}

interface Waiter extends AgentWish {
  readonly order: number;
  readonly admit: (pass: AgentPass) => void;
  told: string;
}

interface Obstacle {
  readonly why: string;
  /** Epoch milliseconds; absent: until some agent has ended. */
  readonly until?: number;
}

const longestTimerMs = 3_600_000;

export function createAgentGate(settings: AgentGateSettings): AgentGate {
  const load = createAgentLoad(settings);
  const inside = new Map<string, { readonly service: AgentService; lends: number }>();
  const queue = createQueue(load, ({ thread, service, admit }) => {
    inside.set(thread, { service, lends: 0 });
    const end = load.begin(service);
    const leave = (how: AgentEnd) => {
      inside.delete(thread);
      end(how);
      queue.settle();
    };
    admit({ leave: once(leave) });
  });
  return {
    enter: (wish) => new Promise((resolve) => (wish.signal.aborted ? resolve(null) : queue.push(wish, resolve))),
    lend(thread) {
      const agent = inside.get(thread);
      if (agent === undefined) return () => undefined;
      agent.lends += 1;
      if (agent.lends === 1) load.count(agent.service, -1);
      queue.settle();
      return once(() => {
        agent.lends -= 1;
        if (agent.lends === 0) load.count(agent.service, 1);
      });
    },
  };
}

/** Who waits to start; whoever may is let in when something changes, or a back-off is over. */
function createQueue(load: ReturnType<typeof createAgentLoad>, letIn: (waiter: Waiter) => void) {
  const waiting = new Set<Waiter>();
  let came = 0;
  let timer: NodeJS.Timeout | undefined;

  const settle = () => {
    clearTimeout(timer);
    let next = Number.POSITIVE_INFINITY;
    for (const waiter of [...waiting].sort((a, b) => a.priority - b.priority || a.order - b.order)) {
      const obstacle = load.obstacle(waiter.service);
      if (obstacle === undefined) {
        waiting.delete(waiter);
        letIn(waiter);
        continue;
      }
      next = Math.min(next, obstacle.until ?? next);
      if (waiter.told !== obstacle.why) waiter.onWait(reasonOf(obstacle));
      waiter.told = obstacle.why;
    }
    if (next < Number.POSITIVE_INFINITY) timer = setTimeout(settle, Math.min(longestTimerMs, Math.max(1, next - Date.now())));
  };

  const push = (wish: AgentWish, resolve: (pass: AgentPass | null) => void) => {
    const abandon = () => {
      waiting.delete(waiter);
      resolve(null);
    };
    const admit = (pass: AgentPass) => {
      wish.signal.removeEventListener("abort", abandon);
      resolve(pass);
    };
    const waiter: Waiter = { ...wish, order: (came += 1), admit, told: "" };
    wish.signal.addEventListener("abort", abandon, { once: true });
    waiting.add(waiter);
    settle();
  };
  return { settle, push };
}

function once<A extends readonly unknown[]>(action: (...given: A) => void): (...given: A) => void {
  let done = false;
  return (...given) => {
    if (!done) action(...given);
    done = true;
  };
}

/** Which agents run, and which providers are to be left alone. */
function createAgentLoad({ limits, ...timing }: AgentGateSettings) {
  const running = new Map<string, number>();
  const limited = new Map<string, ProviderBackOff>();

  const note = (provider: string, end: AgentEnd, startedAt: number) => {
    if (end === "unknown") return;
    const before = limited.get(provider);
    const refusal = end === "served" ? undefined : { ...end.limited, now: Date.now(), startedAt, random: Math.random() };
    const after = refusal ? afterRefusal(before, refusal, timing) : before && afterSuccess(before, { startedAt });
    if (after === undefined) limited.delete(provider);
    else limited.set(provider, after);
  };

  const count = ({ kind, provider }: AgentService, by: 1 | -1) => {
    for (const name of [kind, provider]) running.set(name, (running.get(name) ?? 0) + by);
  };

  return {
    count,
    /** Why no agent of the service may start now. */
    obstacle({ kind, provider }: AgentService): Obstacle | undefined {
      const until = limited.get(provider)?.until ?? 0;
      if (until > Date.now()) return { why: `${nameOf({ kind, provider })} is rate limited`, until };
      const full = [kind, provider].find((name) => (running.get(name) ?? 0) >= (limits[name] ?? Number.POSITIVE_INFINITY));
      return full === undefined ? undefined : { why: `${limits[full]} of ${limits[full]} ${full} run on this host` };
    },
    /** Counts an agent until the returned function is called. */
    begin(service: AgentService): (end: AgentEnd) => void {
      const { provider } = service;
      const startedAt = Date.now();
      count(service, 1);
      const before = limited.get(provider);
      if (before !== undefined) limited.set(provider, afterStart(before, { now: startedAt, random: Math.random() }));
      return (end) => {
        count(service, -1);
        note(provider, end, startedAt);
      };
    },
  };
}

/** A command's provider is its whole command line. */
function nameOf({ kind, provider }: AgentService): string {
  return kind === "command" ? "the command" : provider;
}

function reasonOf({ why, until }: Obstacle): string {
  return until === undefined ? why : `${why} until ${new Date(until).toISOString().slice(0, 19)}Z`;
}
