import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../config/goal-file/quantities.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { Environment } from "../../config/environment.ts";

interface HostOptions {
  readonly name?: string;
  readonly labels?: string;
  readonly places?: string;
  readonly limit?: readonly string[];
  readonly stateDir?: string;
  readonly hub?: string;
  readonly drainGrace?: number;
  readonly workflows: boolean;
  readonly workflowsOnly?: boolean;
}

export function hostCommand(): Command {
  return new Command("host")
    .description(
      "Join this machine to a Temporal Service and a hub, in the foreground; SIGTERM drains it, a second one ends it at once",
    )
    .option("--name <name>", "the host's id, kept in its state directory (default: made of the machine's name)")
    .option("--labels <labels>", "labels by which goals choose it, such as gpu,linux")
    .option("--places <n>", "threads that it holds at once (default: twice the processors, at least 4)")
    .option(
      "--limit <agent=n>",
      "agents of a kind or provider that run at once, such as codex=4 or openai=6; may be given again (default: none)",
      (limit: string, before: readonly string[] | undefined) => [...(before ?? []), limit],
    )
    .option("--state-dir <dir>", "folder for its identity, workspaces and object stores (default: BATON_STATE_DIR)")
    .option("--hub <address>", "host:port of the hub (default: BATON_HUB_ADDRESS)")
    .option(
      "--drain-grace <duration>",
      "time that running turns get to end by themselves, such as 60s (default: none)",
      parseGrace,
    )
    .option("--no-workflows", "run Activities only and leave the Workflows to others")
    .option("--workflows-only", "run Workflows only: needs no agents, no hub, no places")
    .addHelpText(
      "after",
      "\nThe Temporal Service is named by TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the like, or by a profile.\nEvery option has a variable: docs/hosts.md. Log lines (JSON) go to standard error.",
    )
    .action(host);
}

async function host(options: HostOptions): Promise<void> {
  if (!options.workflows && options.workflowsOnly) {
    throw new BatonFailure("Usage", "--no-workflows and --workflows-only leave nothing to run", { next: "give one of them" });
  }
  const env = environmentOf(options, process.env);
  const [{ readSettings }, { createLogger }, { configuredTemporal }, { runHost }] = await Promise.all([
    import("../../config/settings.ts"),
    import("../../config/logger.ts"),
    import("../../infra/temporal-target.ts"),
    import("../../workers/host.ts"),
  ]);
  const { state } = readSettings(env);
  if ((await configuredTemporal(env)) === undefined) {
    throw new BatonFailure("Settings", "no Temporal Service is named", {
      where: "TEMPORAL_ADDRESS",
      next: "set TEMPORAL_ADDRESS or TEMPORAL_PROFILE; on one machine alone, baton up starts everything",
    });
  }
  await runHost({ env, folder: state.host, logger: createLogger({ service: "host", env }), lockWaitMs: 0 });
  // The runtime of the SDK would keep the process for a while.
  process.exit(0);
}

/** Options go before the variables that they stand for. */
function environmentOf(options: HostOptions, env: Environment): Environment {
  const { name, labels, places, limit, stateDir, hub, drainGrace } = options;
  const role = options.workflowsOnly ? "workflows" : options.workflows ? undefined : "host";
  const given = {
    BATON_HOST_NAME: name,
    BATON_HOST_LABELS: labels,
    BATON_PLACES: places,
    BATON_AGENT_LIMITS: limit?.join(","),
    BATON_STATE_DIR: stateDir === undefined ? undefined : resolve(stateDir),
    BATON_HUB_ADDRESS: hub,
    BATON_DRAIN_GRACE_MS: drainGrace === undefined ? undefined : String(drainGrace),
    BATON_ROLES: role,
  };
  return { ...env, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) };
}

function parseGrace(text: string): number {
  const ms = text === "0" ? 0 : parseDuration(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('expected a duration such as "60s" or "10m".');
  return ms;
}
