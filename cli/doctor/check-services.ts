import { hubConnectionTo } from "../../config/hub-settings.ts";
import type { Settings } from "../../config/settings.ts";
import { BatonFailure } from "../../domain/failure.ts";
import { choosePort } from "../../infra/services/ports.ts";
import { currentBuild } from "../../infra/services/program-file.ts";
import { describeServices, readRunningServices } from "../../infra/services/read-services.ts";
import { plural } from "../render-text.ts";
import { bad, fine, type Finding } from "./finding.ts";

/** Whether the services run; none running is fine, for any command that needs them starts them. */
export async function checkServices(settings: Settings): Promise<readonly Finding[]> {
  const services = describeServices(settings.state);
  const running = readRunningServices(settings.state);
  if (services.every((service) => service.pid === undefined))
    return [fine("services", "not running; baton up or baton run starts them")];
  const rows = services.map((service) => {
    const what = `service ${service.name}`;
    if (service.pid !== undefined) return fine(what, `process ${service.pid}`);
    const detail = `not running (${service.lastEnd ?? "never started"}); log: ${service.log}`;
    return bad(what, { status: "error", detail, next: "baton up" });
  });
  if (running === undefined) return rows;
  const older = running.build !== currentBuild();
  const detail = "the services run an older build of Baton than this command";
  return [
    ...rows,
    ...(older ? [bad("build", { status: "warning", detail, next: "baton down && baton up" })] : []),
    await checkHub(running.endpoints.hub.address),
  ];
}

async function checkHub(address: string): Promise<Finding> {
  const { connectHub } = await import("../../hub/hub-client.ts");
  try {
    const hub = connectHub(hubConnectionTo(address, process.env));
    const { hosts } = await hub.listHosts().finally(() => hub.close());
    return fine("hub", `${address} answers and knows ${plural(hosts.filter(({ alive }) => alive).length, "living host")}`);
  } catch (error) {
    if (!(error instanceof BatonFailure)) throw error;
    return bad("hub", { status: "error", detail: `${address}: ${error.message}`, next: error.next ?? "baton down && baton up" });
  }
}

export async function checkPorts(): Promise<Finding> {
  try {
    return fine("ports", `127.0.0.1 has free ones, such as ${await choosePort(undefined)}`);
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return bad("ports", {
      status: "error",
      detail,
      next: "close programs that hold many connections, or raise the limit of open files",
    });
  }
}
