import { duration } from "../domain/quantities.ts";
import type { HostAgent, KnownHost } from "../hub/hub.ts";
import type { Paint } from "./output.ts";
import { oneLine } from "./render-text.ts";
import { renderTable } from "./render-table.ts";

const justNowMs = 10_000;

/** Hosts as a table; those that cannot take a thread say why. */
export function renderHosts(hosts: readonly KnownHost[], paint: Paint): readonly string[] {
  const head = ["host", "state", "places", "load", "labels", "agents", "last seen"].map((title) => paint("dim", title));
  return renderTable([head, ...hosts.map((host) => row(host, paint))]);
}

function row(host: KnownHost, paint: Paint): readonly string[] {
  const { id, labels, places, load1, agents, alive, lastSeenMs } = host;
  const full = places.taken >= places.total;
  return [
    alive ? paint("strong", oneLine(id, 60)) : paint("dim", oneLine(id, 60)),
    stateOf(host, paint),
    paint(alive && full ? "warn" : "plain", `${places.taken}/${places.total}`),
    load1.toFixed(2),
    labels.length === 0 ? "-" : oneLine(labels.join(","), 60),
    agents.length === 0 ? "-" : agents.map(agentText).join(", "),
    alive && lastSeenMs < justNowMs ? "now" : `${duration(lastSeenMs)} ago`,
  ];
}

function stateOf({ alive, draining, ended }: KnownHost, paint: Paint): string {
  if (alive) return draining ? paint("warn", "draining") : paint("good", "alive");
  return ended === true ? paint("dim", "left") : paint("bad", "dead");
}

function agentText({ name, version, problems }: HostAgent): string {
  const what = version === undefined ? name : `${name} ${oneLine(version, 30)}`;
  return problems.length === 0 ? what : `${what} (${oneLine(problems.join("; "), 80)})`;
}
