import type { Departure } from "../../domain/departure.ts";
import type { ThreadView } from "../../domain/thread-view.ts";
import { createWorld, type BatonWorld } from "./baton-world.ts";
import { connectToWorld, type WorldClient } from "./world-client.ts";

/** One Temporal Service with its hub and a host, and a machine that uses them as its own. */
export interface Side {
  readonly world: BatonWorld;
  readonly client: WorldClient;
}

export interface Sides {
  readonly laptop: Side;
  readonly team: Side;
}

/** A laptop and a team, each with services of its own; the laptop knows the team's as `team:`. */
export async function twoServices(): Promise<Sides> {
  const [mine, theirs] = await Promise.all([createWorld(), createWorld()]);
  const laptop = { world: mine, client: await connectToWorld(mine.files) };
  const team = { world: theirs, client: await connectToWorld(theirs.files) };
  await mine.must("remote", "add", "team", ...addressesOf(theirs));
  return { laptop, team };
}

export async function closeServices({ laptop, team }: Sides): Promise<void> {
  await Promise.all([laptop.client.close(), team.client.close()]);
  await Promise.all([laptop.world.close(), team.world.close()]);
}

/** Options of `remote add` that name a world's services. */
export function addressesOf({ files }: BatonWorld): string[] {
  const { temporal, hub } = files.readEndpoints()!;
  return ["--address", temporal.address, "--namespace", temporal.namespace, "--hub", hub.address];
}

export function viewAt({ client }: Side, thread: { readonly id: string }): Promise<ThreadView> {
  return client.view(thread.id);
}

export async function phaseAt(side: Side, thread: { readonly id: string }): Promise<Departure["phase"] | undefined> {
  return (await viewAt(side, thread)).departure?.phase;
}
