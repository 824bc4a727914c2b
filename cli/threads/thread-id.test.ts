import { expect, test } from "vitest";
import { nearestNames } from "./nearest-names.ts";
import { slugOf, threadIdOf } from "./thread-id.ts";

test("a thread's id is the same for the same goal and differs by number, repository and identity", () => {
  const name = { slug: "cart", repository: "shop-1a2b3c4d", identity: "baton/cart", n: 0 };
  expect(threadIdOf(name)).toMatch(/^cart-[a-z2-7]{4}$/);
  expect(threadIdOf({ ...name })).toBe(threadIdOf(name));
  const others = [{ n: 1 }, { repository: "shop-5a2b3c4d" }, { identity: "baton/other" }].map((change) =>
    threadIdOf({ ...name, ...change }),
  );
  expect(new Set([threadIdOf(name), ...others]).size).toBe(4);
});

test.each([
  [{ branch: "baton/Cart_total", file: "x.yaml", goal: "g" }, "cart-total"],
  [{ file: "/a/b/fix-login.yml", goal: "g" }, "fix-login"],
  [{ file: "goal.yaml", goal: "Every test in test/cart passes and lint is clean" }, "every-test-in-test-cart"],
  [{ file: "goal.yaml", goal: "Überprüfe Größe" }, "uberprufe-gro-e"],
  [{ file: "goal.yaml", goal: "修复购物车" }, "goal"],
  [{ file: "goal.yaml", goal: "a".repeat(60) }, "a".repeat(24)],
])("the slug of %j is %s", (source, slug) => {
  expect(slugOf(source)).toBe(slug);
});

test("a slip in a thread's name finds the nearest ones", () => {
  const names = ["cart-7f3k", "cart-aaaa", "login-bb22"];
  expect(nearestNames("cart-7f3j", names)).toEqual(["cart-7f3k"]);
  expect(nearestNames("7f3k", names)).toEqual(["cart-7f3k"]);
  expect(nearestNames("zzzzzzzz", names)).toEqual([]);
});
