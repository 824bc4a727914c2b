import { expect, it } from "vitest";
import { createPlaces } from "./places.ts";

const never = new AbortController().signal;
const queue = "pool.default";
const claim = { thread: "cart", epoch: 1, beyond: 0 };

it("a reservation and the claim that comes for it take one place together", async () => {
  const places = createPlaces(1);
  expect(await places.reserve(queue, never)).toBe(true);
  expect(places.tryReserve(queue)).toBe(false);
  places.occupy({ ...claim, queue });
  expect(places.taken).toBe(1);
  expect(places.tryReserve(queue)).toBe(false);
});

it("a poller that waits gets the place as soon as it is released", async () => {
  const places = createPlaces(1);
  const held = places.occupy({ ...claim, queue: null });
  const waiting = places.reserve(queue, never);
  places.release(claim);
  expect(await held?.ended).toBe("released");
  expect(await waiting).toBe(true);
});

it("a thread that takes its place again keeps one place, and the older claim cannot free it", async () => {
  const places = createPlaces(2);
  const first = places.occupy({ ...claim, queue: null });
  places.occupy({ ...claim, epoch: 2, queue: null });
  expect(await first?.ended).toBe("superseded");
  places.release(claim);
  expect(places.taken).toBe(1);
});

it("a claim that comes late takes no place away from a newer one of the same thread", async () => {
  const places = createPlaces(2);
  const newer = places.occupy({ ...claim, epoch: 3, queue: null });
  expect(places.occupy({ ...claim, epoch: 2, queue: null })).toBeNull();
  places.release({ ...claim, epoch: 2 });
  expect(places.taken).toBe(1);
  places.release({ ...claim, epoch: 3 });
  expect(await newer?.ended).toBe("released");
});

it("a reservation that is no longer wanted is given up when aborted", async () => {
  const places = createPlaces(0);
  const abort = new AbortController();
  const waiting = places.reserve(queue, abort.signal);
  abort.abort();
  expect(await waiting).toBe(false);
});

it("the poll of one pool keeps no other pool from polling, and the later of two claims for one place is refused", () => {
  const places = createPlaces(1);
  expect(places.tryReserve(queue)).toBe(true);
  expect(places.tryReserve("pool.gpu")).toBe(true);
  expect(places.occupy({ ...claim, queue })).not.toBeNull();
  expect(places.occupy({ ...claim, thread: "bag", queue: "pool.gpu" })).toBeNull();
  expect(places.taken).toBe(1);
  places.release(claim);
  expect([places.tryReserve(queue), places.tryReserve("pool.gpu")]).toEqual([true, true]);
});

it("a claim may go beyond the total only as far as it says, and a place that is held already is never refused", () => {
  const places = createPlaces(1);
  places.occupy({ ...claim, queue: null });
  expect(places.occupy({ ...claim, thread: "bag", queue: null, beyond: 1 })).not.toBeNull();
  expect(places.occupy({ ...claim, thread: "hat", queue: null, beyond: 1 })).toBeNull();
  expect(places.occupy({ ...claim, epoch: 2, queue: null })).not.toBeNull();
  expect(places.taken).toBe(2);
});

it("claims that wait get the places that become free, the oldest first, and none once it is given up", async () => {
  const places = createPlaces(1);
  places.occupy({ ...claim, queue: null });
  const abort = new AbortController();
  const waits = (thread: string) => places.occupyWhenFree({ ...claim, thread, queue: null }, abort.signal);
  const [bag, hat, shoe] = [waits("bag"), waits("hat"), waits("shoe")];
  places.release(claim);
  expect(await bag).not.toBeNull();
  expect(places.taken).toBe(1);
  places.release({ thread: "bag", epoch: 1 });
  expect(await hat).not.toBeNull();
  abort.abort();
  expect(await shoe).toBeNull();
  places.release({ thread: "hat", epoch: 1 });
  expect(places.taken).toBe(0);
});
