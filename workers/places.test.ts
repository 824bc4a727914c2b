import { expect, it } from "vitest";
import { createPlaces } from "./places.ts";

const never = new AbortController().signal;
const claim = { thread: "cart", epoch: 1 };

it("a reservation and the claim that comes for it take one place together", async () => {
  const places = createPlaces(1);
  expect(await places.reserve(never)).toBe(true);
  expect(places.tryReserve()).toBe(false);
  void places.occupy({ ...claim, reserved: true });
  expect(places.taken).toBe(1);
  expect(places.tryReserve()).toBe(false);
});

it("a poller that waits gets the place as soon as it is released", async () => {
  const places = createPlaces(1);
  const ended = places.occupy({ ...claim, reserved: false });
  const waiting = places.reserve(never);
  places.release(claim);
  expect(await ended).toBe("released");
  expect(await waiting).toBe(true);
});

it("a thread that takes its place again keeps one place, and the older claim cannot free it", async () => {
  const places = createPlaces(2);
  const first = places.occupy({ ...claim, reserved: false });
  void places.occupy({ ...claim, epoch: 2, reserved: false });
  expect(await first).toBe("superseded");
  places.release(claim);
  expect(places.taken).toBe(1);
});

it("a reservation that is no longer wanted is given up when aborted", async () => {
  const places = createPlaces(0);
  const abort = new AbortController();
  const waiting = places.reserve(abort.signal);
  abort.abort();
  expect(await waiting).toBe(false);
});
