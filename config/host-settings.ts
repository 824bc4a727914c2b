import { availableParallelism } from "node:os";
import { BatonFailure } from "../domain/failure.ts";
import { hostWordProblem } from "../domain/placement.ts";
import { set, wholeNumber, type Environment } from "./environment.ts";

const roles = ["host", "workflows"] as const;
export type HostRole = (typeof roles)[number];

/** What a host's process is told, all of it through the environment. */
export interface HostSettings {
  /** Undefined: what its identity says, or a name made of the machine's. */
  readonly name: string | undefined;
  readonly labels: readonly string[];
  readonly places: number;
  /** Agents that run at once, by kind or provider; what is not named is not limited. */
  readonly agentLimits: Readonly<Record<string, number>>;
  /** `host` runs Activities, `workflows` decides for threads. */
  readonly roles: ReadonlySet<HostRole>;
  /** Milliseconds that running turns get to end by themselves when the host drains. */
  readonly drainGraceMs: number;
  /** Milliseconds between the checkpoints inside a turn. */
  readonly checkpointMs: number;
}

const mostLabels = 16;
const dayMs = 24 * 3_600_000;

/** BATON_HOST_NAME, BATON_HOST_LABELS, BATON_PLACES, BATON_AGENT_LIMITS, BATON_ROLES, BATON_DRAIN_GRACE_MS, BATON_CHECKPOINT_MS. Throws Settings naming the variable. */
export function hostSettingsOf(env: Environment): HostSettings {
  const name = set(env, "BATON_HOST_NAME");
  const problem = name === undefined ? undefined : hostWordProblem(name);
  if (name !== undefined && problem !== undefined) throw refused("BATON_HOST_NAME", name, problem);
  return {
    name,
    labels: labelsOf(env),
    // Agents mostly wait for their models.
    places: wholeNumber(env, "BATON_PLACES", [1, 9999]) ?? Math.max(4, availableParallelism() * 2),
    agentLimits: agentLimitsOf(env),
    roles: rolesOf(env),
    drainGraceMs: wholeNumber(env, "BATON_DRAIN_GRACE_MS", [0, dayMs]) ?? 0,
    checkpointMs: wholeNumber(env, "BATON_CHECKPOINT_MS", [100, dayMs]) ?? 60_000,
  };
}

function labelsOf(env: Environment): readonly string[] {
  const labels = [...new Set(words(env, "BATON_HOST_LABELS"))];
  for (const label of labels) {
    const problem = hostWordProblem(label);
    if (problem !== undefined) throw refused("BATON_HOST_LABELS", label, problem);
  }
  if (labels.length > mostLabels) throw refused("BATON_HOST_LABELS", labels.join(","), `has more than ${mostLabels} labels`);
  return labels;
}

/** `codex=4,openai=6`: a kind of agent, a provider, or `host:port` of a model service. */
function agentLimitsOf(env: Environment): Readonly<Record<string, number>> {
  const limits: Record<string, number> = {};
  for (const word of words(env, "BATON_AGENT_LIMITS")) {
    const [, name, count] = /^([a-z0-9][a-z0-9._:[\]-]*)=(\d{1,4})$/i.exec(word) ?? [];
    if (name === undefined || Number(count) < 1) {
      throw refused(
        "BATON_AGENT_LIMITS",
        word,
        "is not a limit such as codex=4: an agent or provider and a number from 1 to 9999",
      );
    }
    limits[name.toLowerCase()] = Number(count);
  }
  return limits;
}

function rolesOf(env: Environment): ReadonlySet<HostRole> {
  const wanted = words(env, "BATON_ROLES");
  const unknown = wanted.find((word) => !roles.some((role) => role === word));
  if (unknown !== undefined) throw refused("BATON_ROLES", unknown, `is none of ${roles.join(", ")}`);
  return new Set(wanted.length === 0 ? roles : roles.filter((role) => wanted.includes(role)));
}

function words(env: Environment, name: string): readonly string[] {
  return (env[name] ?? "")
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}

function refused(name: string, value: string, why: string): BatonFailure {
  return new BatonFailure("Settings", `"${value}" ${why}`, { where: name, next: `correct ${name}, or the option that sets it` });
}
