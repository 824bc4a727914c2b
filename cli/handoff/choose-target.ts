import { BatonFailure } from "../../domain/failure.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { KnownHost } from "../../hub/hub.ts";
import { nearestNames } from "../threads/nearest-names.ts";

interface Wanted {
  /** Id, name or label. */
  readonly to: string;
  /** Kind of the thread's agent, which has to be there; null when only the host itself can tell, when it prepares. */
  readonly agent: string | null;
  /** Where the thread is now. */
  readonly from: string | null;
}

/** Whether what a person named is a host itself, and not a label that several may carry. */
export function namesHost(hosts: readonly KnownHost[], to: string): boolean {
  return hosts.some(({ id, name }) => id === to || name === to);
}

/**
 * The host that a handoff goes to: named by id or name, or the freest living one with the label. Throws NotFound, Conflict
 * (dead, draining, there already) or AgentUnavailable.
 */
export function chooseTarget(hosts: readonly KnownHost[], { to, agent, from }: Wanted): KnownHost {
  const named =
    hosts.find((host) => host.id === to) ??
    hosts.find((host) => host.name === to && host.alive) ??
    hosts.find((host) => host.name === to);
  if (named) return fit(named, { to, agent, from });
  const labelled = hosts.filter((host) => host.labels.includes(to) && host.id !== from);
  const living = labelled.filter((host) => host.alive && !host.draining && problemsOf(host, agent).length === 0);
  const freest = living.toSorted((a, b) => freePlaces(b) - freePlaces(a))[0];
  if (freest) return freest;
  if (labelled[0]) return fit(labelled[0], { to, agent, from });
  const near = nearestNames(
    to,
    hosts.flatMap((host) => [host.id, host.name, ...host.labels]),
  );
  const hint = near.length === 0 ? "baton hosts lists them" : `did you mean ${near.join(" or ")}? baton hosts lists all`;
  throw new BatonFailure("NotFound", `no host has the id, name or label ${to}`, { next: hint });
}

function fit(host: KnownHost, { agent, from }: Wanted): KnownHost {
  if (host.id === from) throw new BatonFailure("Conflict", `the thread is on ${host.id} already`);
  if (!host.alive) {
    const seconds = Math.round(host.lastSeenMs / 1000);
    throw new BatonFailure("Conflict", `host ${host.id} does not answer: last seen ${seconds} s ago`, {
      next: "start it there: baton host",
    });
  }
  if (host.draining) throw new BatonFailure("Conflict", `host ${host.id} is draining`, { next: "choose another: baton hosts" });
  const problems = problemsOf(host, agent);
  if (problems.length > 0) {
    throw new BatonFailure("AgentUnavailable", `${agent} cannot be used on ${host.id}: ${problems.join("; ")}`, {
      next: `mend it there: baton doctor`,
    });
  }
  return host;
}

/** The agent of a thread as hosts tell of it; null for a command, and where the goal says how it runs. */
export function agentToFind({ agent, customAgent }: Pick<ThreadView, "agent" | "customAgent">): string | null {
  return agent === "command" || customAgent === true ? null : agent;
}

function problemsOf(host: KnownHost, agent: string | null): readonly string[] {
  if (agent === null) return [];
  const known = host.agents.find(({ name }) => name === agent);
  return known ? known.problems : ["it is not installed there"];
}

function freePlaces({ places }: KnownHost): number {
  return places.total - places.taken;
}
