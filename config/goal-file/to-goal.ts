import type { Goal } from "../../domain/goal.ts";
import { defined, toBudget, toChecks, toFailureStrategy, toJudge, toPlanner, toReviewer, toWorker } from "./goal-parts.ts";
import type { GoalInput } from "./schema.ts";
import { toFanOut } from "./to-fan-out.ts";

/** The validated file as the domain knows it. Relative executables start at `folder`. */
export function toGoal(input: GoalInput, folder: string): Goal {
  const goal = withoutFanOut(input, folder);
  return input.fan_out === undefined ? goal : { ...goal, fanOut: toFanOut(input.fan_out, goal, folder) };
}

function withoutFanOut(input: GoalInput, folder: string): Goal {
  const { agents, review, host } = input;
  return {
    goal: input.goal,
    ...defined({ background: input.background, setup: input.setup }),
    ...(input.setup_cache === true ? { setupCache: true } : {}),
    scope: input.scope,
    done: input.done,
    verify: toChecks(input.verify),
    agents: {
      worker: toWorker(agents.worker, folder),
      judge: toJudge(agents.judge, folder),
      ...(agents.planner === undefined ? {} : { planner: toPlanner(agents.planner, folder) }),
    },
    ...(review === undefined ? {} : { review: toReviewer(review, folder) }),
    budget: toBudget(input.budget, input.fan_out === undefined ? "usual" : "unlimited"),
    onFailure: toFailureStrategy(input.on_failure),
    risk: input.risk,
    deliver: defined(input.deliver),
    ...(host.labels.length === 0 ? {} : { placement: { labels: [...new Set(host.labels)] } }),
    ...toHostLoss(host),
    ...(input.subagents === undefined ? {} : { subagents: input.subagents }),
  };
}

function toHostLoss({ on_loss: onLoss, grace: graceMs }: GoalInput["host"]): Pick<Goal, "hostLoss"> {
  return onLoss === undefined && graceMs === undefined ? {} : { hostLoss: defined({ onLoss, graceMs }) };
}
