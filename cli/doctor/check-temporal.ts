import type { Settings } from "../../config/settings.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { readRunningServices } from "../../infra/services/read-services.ts";
import { findOnPath } from "../../infra/temporal-server/find-on-path.ts";
import { resolveTemporalBinary, temporalVersion } from "../../infra/temporal-server/resolve-temporal-binary.ts";
import { connectTemporal } from "../../infra/temporal-connection.ts";
import { configuredTemporal } from "../../infra/temporal-target.ts";
import { bad, fine, type Finding } from "./finding.ts";

/** Where Temporal comes from, and whether it can be used now. */
export async function checkTemporal(settings: Settings): Promise<readonly Finding[]> {
  try {
    const configured = await configuredTemporal(process.env);
    if (configured !== undefined) return [await reachable("named by the settings", undefined)];
    const running = readRunningServices(settings.state)?.endpoints.temporal;
    const binary = await findBinary();
    return running?.embedded === true ? [binary, await reachable("Baton's own server", running)] : [binary];
  } catch (error) {
    return [failed("temporal", error)];
  }
}

async function reachable(origin: string, embedded: { address: string; namespace: string } | undefined): Promise<Finding> {
  try {
    const startedAt = performance.now();
    const { connection, address, namespace } = await connectTemporal({ env: process.env, ...(embedded && { embedded }) });
    await connection.close();
    const took = Math.round(performance.now() - startedAt);
    return fine("temporal service", `${address}, namespace ${namespace}, ${origin}; answers in ${took} ms`);
  } catch (error) {
    return failed("temporal service", error);
  }
}

async function findBinary(): Promise<Finding> {
  const what = "temporal server";
  try {
    const { path, version, source } = await resolveTemporalBinary({
      env: process.env,
      onProgress: () => undefined,
      presentOnly: true,
    });
    return fine(what, `${path} from ${source}: ${version}`);
  } catch (error) {
    if (error instanceof BatonFailure && error.type === "Settings") return failed(what, error);
    const go = findOnPath("go", process.env);
    const how = go === undefined ? "download it" : "download it, or build it with Go (3 minutes)";
    return bad(what, {
      status: "warning",
      detail: `not here yet: baton up will ${how}, version ${temporalVersion}`,
      next: "baton up",
    });
  }
}

function failed(what: string, error: unknown): Finding {
  if (!(error instanceof BatonFailure)) throw error;
  return bad(what, { status: "error", detail: error.message, next: error.next ?? "baton up" });
}
