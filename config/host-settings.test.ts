import { expect, test } from "vitest";
import { BatonFailure } from "../domain/failure.ts";
import { hostSettingsOf } from "./host-settings.ts";

test("a host without settings carries no label, has both roles, and interrupts at once when it drains", () => {
  const settings = hostSettingsOf({});
  expect(settings).toMatchObject({ name: undefined, labels: [], drainGraceMs: 0, checkpointMs: 60_000 });
  expect([...settings.roles]).toEqual(["host", "workflows"]);
  expect(settings.places).toBeGreaterThanOrEqual(4);
});

test("every setting comes from its variable", () => {
  const settings = hostSettingsOf({
    BATON_HOST_NAME: "big-1",
    BATON_HOST_LABELS: "gpu, linux,gpu",
    BATON_PLACES: "2",
    BATON_AGENT_LIMITS: "codex=4, OpenAI=6,127.0.0.1:8080=1,codex=3",
    BATON_ROLES: "host",
    BATON_DRAIN_GRACE_MS: "60000",
  });
  expect(settings).toMatchObject({ name: "big-1", labels: ["gpu", "linux"], places: 2, drainGraceMs: 60_000 });
  expect(settings.agentLimits).toEqual({ codex: 3, openai: 6, "127.0.0.1:8080": 1 });
  expect([...settings.roles]).toEqual(["host"]);
});

test.each([
  ["BATON_HOST_NAME", "Big 1"],
  ["BATON_HOST_LABELS", "gpu,default"],
  ["BATON_HOST_LABELS", "g/pu"],
  ["BATON_PLACES", "0"],
  ["BATON_PLACES", "many"],
  ["BATON_AGENT_LIMITS", "codex"],
  ["BATON_AGENT_LIMITS", "codex=0"],
  ["BATON_ROLES", "boss"],
  ["BATON_DRAIN_GRACE_MS", "1m"],
  ["BATON_CHECKPOINT_MS", "0"],
])("%s=%s is refused and the variable is named", (name, value) => {
  const read = () => hostSettingsOf({ [name]: value });
  expect(read).toThrow(BatonFailure);
  expect(read).toThrow(expect.objectContaining({ type: "Settings", where: name }));
});
