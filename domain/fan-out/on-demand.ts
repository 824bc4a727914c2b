import type { Check, Goal, Scope } from "../goal.ts";
import { setupOf } from "../setup.ts";

/** What the worker of a goal may have done by subagents of its own choice. */
export interface SubagentPolicy {
  /** Subagents at once. */
  readonly parallel: number;
  /** Levels below: with 1, a subagent has no subagents itself. */
  readonly depth: number;
  /** Subagents that one thread may ask for, all its turns together. */
  readonly most: number;
}

/** What an agent asks a subagent to do. */
export interface Contract {
  readonly goal: string;
  readonly verify: readonly Check[];
  readonly scope: Partial<Scope>;
}

/** A task as a host hands it over, with the digests that the Workflow cannot make. */
export interface AskedTask {
  /** Of thread, content and turn: the key of the task when it is a new one. */
  readonly key: string;
  /** Of what has to be done: equal requests have equal ones. */
  readonly content: string;
  readonly name: string;
  readonly contract: Contract;
}

/** The part of a task that says it was asked for by the agent, in which turn, and from which commit it starts. */
export interface OnDemand {
  readonly content: string;
  readonly turn: number;
  readonly base: string;
  /** Dropped when its subagent is settled. */
  readonly contract?: Contract;
}

/** Turns of a subagent that was asked for: its agent shall come back rather than go on and on. */
const turnsOfSubagent = 10;

/** The goal of a subagent that an agent asked for: as its parent's, but for what was asked. */
export function onDemandGoal(parent: Goal, { goal, verify, scope }: Contract): Goal {
  const { subagents, placement, hostLoss } = parent;
  const about = `This is one task of a larger goal, at which the agent works that asked for it:\n\n${parent.goal}`;
  return {
    goal,
    background: [about, ...(parent.background === undefined ? [] : [parent.background])].join("\n\n"),
    scope: {
      allow: scope.allow ?? parent.scope.allow,
      protect: [...new Set([...parent.scope.protect, ...(scope.protect ?? [])])],
    },
    done: [],
    verify,
    agents: { worker: parent.agents.worker, judge: verify.length > 0 ? { use: "none" } : parent.agents.judge },
    budget: { turns: turnsOfSubagent, turnTimeMs: parent.budget.turnTimeMs },
    // oxlint-disable-next-line unicorn/no-thenable -- the goal's own word; never awaited
    onFailure: { ...parent.onFailure, then: "stop" },
    risk: parent.risk,
    deliver: {},
    ...setupOf(parent),
    ...(placement === undefined ? {} : { placement }),
    ...(hostLoss === undefined ? {} : { hostLoss }),
    ...(subagents === undefined || subagents.depth <= 1 ? {} : { subagents: { ...subagents, depth: subagents.depth - 1 } }),
  };
}
