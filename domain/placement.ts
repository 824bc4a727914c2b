/** Where a thread may run. Absent: on any host. */
export interface Placement {
  /** A host has to carry all of them. The first one names the pool where a place is asked for. */
  readonly labels: readonly string[];
  /** Id of the one host that may run it. */
  readonly host?: string;
  /** Labels that count in place of the named host once that host is lost and the thread may move. */
  readonly otherwise?: readonly string[];
  /** The host is one that the thread was moved to: another that fits will do when it does not answer. */
  readonly preferred?: boolean;
}

/** Every host serves this pool; no host can carry it as a label. */
export const anyPool = "default";

const namePattern = /^[a-z0-9](?:[a-z0-9._-]{0,38}[a-z0-9])?$/;

/** Why a text cannot be the name or a label of a host; undefined when it can. */
export function hostWordProblem(word: string): string | undefined {
  if (!namePattern.test(word))
    return "is not 1 to 40 of a-z, 0-9, dot, dash and underscore, beginning and ending with a letter or digit";
  return word === anyPool ? "means every host" : undefined;
}

/** `a host`, `a host with label gpu`, `host big-1`. */
export function placementText(placement?: Placement): string {
  if (placement?.host !== undefined) return `host ${placement.host}`;
  const labels = placement?.labels ?? [];
  return labels.length === 0 ? "a host" : `a host with label${labels.length === 1 ? "" : "s"} ${labels.join(", ")}`;
}

/** Where a thread may run that was moved to a host, by its id or by a label. */
export function placementAfterMove(
  before: Placement | undefined,
  to: { readonly host: string; readonly label?: string },
): Placement {
  const { host, label } = to;
  if (label !== undefined) return { labels: [label] };
  const otherwise = before?.host === undefined ? (before?.labels ?? []) : (before.otherwise ?? []);
  return { labels: [], host, otherwise, preferred: true };
}

/** Where it may go without the host that it names. */
export function placementWithoutHost({ otherwise = [] }: Placement): Placement | undefined {
  return otherwise.length === 0 ? undefined : { labels: otherwise };
}

/** Pool where the place is asked for. */
export function poolOf(placement?: Placement): string {
  return placement?.labels[0] ?? anyPool;
}

/** What a list of hosts has to say about each of them. */
export interface PlaceableHost {
  readonly id: string;
  readonly labels: readonly string[];
  readonly places: { readonly total: number; readonly taken: number };
  readonly draining: boolean;
  readonly alive: boolean;
}

export function fits(host: Pick<PlaceableHost, "id" | "labels">, placement?: Placement): boolean {
  if (placement?.host !== undefined) return placement.host === host.id;
  return (placement?.labels ?? []).every((label) => host.labels.includes(label));
}

/** Why a thread waits for a place, for people: `waiting for a host with label gpu: none is alive`. */
export function placeWaitText(placement: Placement | undefined, hosts: readonly PlaceableHost[]): string {
  const waiting = `waiting for ${placementText(placement)}`;
  const alive = hosts.filter((host) => host.alive && fits(host, placement));
  if (alive.length === 0) return `${waiting}: ${placement?.host === undefined ? "none is alive" : "it is not alive"}`;
  const open = alive.filter((host) => !host.draining);
  if (open.length === 0) return `${waiting}: ${alive.map(({ id }) => id).join(", ")} drain${alive.length === 1 ? "s" : ""}`;
  if (open.some(({ places }) => places.taken < places.total)) return waiting;
  return `${waiting}: ${open.map(({ id, places }) => `${id} has ${places.taken} of ${places.total} places taken`).join(", ")}`;
}
