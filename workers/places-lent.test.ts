import { expect, it } from "vitest";
import { createPlaces } from "./places.ts";

const never = new AbortController().signal;
const queue = "pool.default";
const cart = { thread: "cart", epoch: 1, beyond: 0 };

it("a place that is lent is another thread's until it is given back", async () => {
  const places = createPlaces(1);
  places.occupy({ ...cart, queue: null });
  const waiting = places.reserve(queue, never);
  const giveBack = places.lend("cart");
  expect(await waiting).toBe(true);
  expect(places.occupy({ thread: "sub", epoch: 1, beyond: 0, queue })).not.toBeNull();
  giveBack();
  expect(places.taken).toBe(2);
  expect(places.tryReserve(queue)).toBe(false);
  places.release({ thread: "sub", epoch: 1 });
  expect(places.tryReserve(queue)).toBe(false);
});

it("two waits of one thread lend one place, and a thread without one lends nothing", () => {
  const places = createPlaces(1);
  places.occupy({ ...cart, queue: null });
  const both = [places.lend("cart"), places.lend("cart")];
  expect(places.taken).toBe(0);
  both[0]?.();
  expect(places.taken).toBe(0);
  both[1]?.();
  places.lend("other");
  expect(places.taken).toBe(1);
});
