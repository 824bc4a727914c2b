import { expect, test } from "vitest";
import { handoffCommand } from "./handoff.ts";

test.each([
  { args: [], says: "say where it shall go" },
  { args: ["--to", "here", "--cancel"], says: "say where it shall go" },
  { args: ["--to", "here", "--force"], says: "--force goes with --cancel only" },
  { args: ["--to", "team:", "--detach"], says: "--detach cannot move a thread to another service" },
  { args: ["--to", "team:big-1", "-d", "--json"], says: "--detach cannot move a thread to another service" },
])("a handoff with $args is a usage error before anything is asked", async ({ args, says }) => {
  const parsed = handoffCommand().parseAsync(["cart-7f3k", ...args], { from: "user" });
  await expect(parsed).rejects.toMatchObject({ type: "Usage", message: expect.stringContaining(says) });
});
