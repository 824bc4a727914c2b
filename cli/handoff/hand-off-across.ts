import { BatonFailure } from "../../domain/failure.ts";
import type { HandoffMode } from "../../domain/handoff.ts";
import { fits, placementWithoutHost, type Placement } from "../../domain/placement.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import type { KnownHost } from "../../hub/hub.ts";
import type { Services } from "../context.ts";
import { printJson, printLine } from "../output.ts";
import { remoteHosts, withRemote } from "../remotes/open-remote.ts";
import { choosePlacement } from "../run/choose-placement.ts";
import { agentToFind, chooseTarget } from "./choose-target.ts";
import { hostsWithOwn } from "./own-host.ts";
import { finish, moveAcross } from "./move-across.ts";
import { hasArrived } from "../threads/start-arrival.ts";

const anywhere: Placement = { labels: [] };

interface Across {
  readonly remote: string;
  /** Thread or, for a handoff, the host or label there; empty: any host. */
  readonly rest: string;
  readonly mode: HandoffMode;
  readonly json?: boolean;
}

type PulledAcross = Omit<Across, "remote">;

/** Moves a thread of these services to a remote's. */
export async function handOffAcross(source: Services, { name, ...across }: Across & { readonly name: string }): Promise<void> {
  const { remote, rest, mode } = across;
  await withRemote(remote, async (target) => {
    const thread = await source.threads.resolve(name);
    const hosts = await remoteHosts(target);
    const choose = async (view: ThreadView) => placementThere(hosts, { view, rest, remote });
    await moveAcross({ source, target, thread, to: `${remote}:${rest}`, mode, choose });
    await tell(target, thread, across);
  });
}

/** Brings a remote's thread to this machine's host. Gives false, with nothing changed, when it has settled there. */
export async function pullAcross(target: Services, source: Services, { rest, mode, json }: PulledAcross): Promise<boolean> {
  const thread = await source.threads.resolve(rest);
  await refuseTakenBack(target, source, thread);
  await finishEarlier(target, source, thread);
  const view = await source.threads.read(thread);
  if (view.status !== "moved" && view.settledAt !== null) return false;
  const { host } = target.endpoints;
  const choose = async (there: ThreadView) => {
    chooseTarget(await hostsWithOwn(target), { to: host.id, agent: agentToFind(there), from: null });
    return { labels: [], host: host.id };
  };
  await moveAcross({ source, target, thread, to: host.id, mode, choose });
  await tell(target, thread, { remote: "", ...(json === undefined ? {} : { json }) });
  return true;
}

/** Of a thread that was taken back only one copy counts: this one. */
async function refuseTakenBack(here: Services, there: Services, thread: string): Promise<void> {
  if ((await here.threads.describe(thread)) === undefined) return;
  const { takenBack, status } = await here.threads.read(thread);
  const { arrival } = (await there.threads.describe(thread)) ?? { arrival: null };
  if (takenBack === undefined || arrival === null || arrival > takenBack.epoch) return;
  const copy = `${takenBack.from.split(":")[0]}:${thread}`;
  throw new BatonFailure("Conflict", `thread ${thread} was taken back and is ${status} here; over there is a copy`, {
    next: `look at the copy: baton diff ${copy}; end it: baton stop ${copy}`,
  });
}

/** The move that brought it over there may have ended right before it was told here that it is over. */
async function finishEarlier(here: Services, there: Services, thread: string): Promise<void> {
  const known = await here.threads.describe(thread);
  if (known?.running !== true) return;
  const { departure } = await here.threads.departure(thread);
  const arrived = departure !== null && hasArrived(await there.threads.describe(thread), departure.epoch);
  if (arrived) return finish({ source: here, target: there, thread });
  // Or this very pull got it here, and did not get to tell the other side.
  const leaving = (await there.threads.departure(thread)).departure;
  if (leaving && leaving.service === (await here.identity()) && hasArrived(known, leaving.epoch)) return;
  throw new BatonFailure("Conflict", `thread ${thread} runs here`, { next: `baton show ${thread}` });
}

function placementThere(
  hosts: readonly KnownHost[],
  { view, rest, remote }: { view: ThreadView; rest: string; remote: string },
): Placement | null {
  const agent = agentToFind(view);
  if (rest !== "") {
    chooseTarget(hosts, { to: rest, agent, from: null });
    return choosePlacement(hosts, rest);
  }
  // A host of the same name over there is another one, so only labels are kept.
  const { labels } = (view.placement?.host === undefined ? view.placement : placementWithoutHost(view.placement)) ?? anywhere;
  const living = hosts.filter((host) => host.alive && !host.draining && fits(host, { labels }));
  const [first] = living;
  if (!first) {
    const with_ = labels.length === 0 ? "" : ` with label ${labels.join(", ")}`;
    throw new BatonFailure("Conflict", `no living host of ${remote}${with_} would take the thread`, {
      next: `start one there (baton host), or name one: --to ${remote}:<host>`,
    });
  }
  // Refuses, with the reason, when none of them has the agent.
  const fit = living.some((host) => canRun(host, agent));
  if (!fit) chooseTarget(hosts, { to: first.id, agent, from: null });
  return labels.length === 0 ? null : { labels };
}

function canRun({ agents }: KnownHost, agent: string | null): boolean {
  return agent === null || agents.some(({ name, problems }) => name === agent && problems.length === 0);
}

async function tell({ threads }: Services, thread: string, { remote, json }: Pick<Across, "remote" | "json">): Promise<void> {
  const view = await threads.read(thread).catch(() => undefined);
  if (json === true && view) return printJson(view);
  const name = remote === "" ? thread : `${remote}:${thread}`;
  printLine(`${name} is ${view?.status ?? "there"}${view?.doing ? ` · ${view.doing}` : ""}: baton show ${name}`);
}
