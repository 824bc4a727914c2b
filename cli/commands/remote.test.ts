import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { scratchFolder } from "../../git/test-repository.ts";
import { remoteCommand } from "./remote.ts";

test.each([
  { address: "team.example.com", hub: "team.example.com:7377", where: "--address" },
  { address: "team.example.com:7233", hub: "http://team.example.com:7377", where: "--hub" },
  { address: "team.example.com:7233", hub: "team.example.com:99999", where: "--hub" },
])("a remote at $address with hub $hub is refused, checked or not", async ({ address, hub, where }) => {
  const { path, remove } = scratchFolder();
  vi.stubEnv("XDG_CONFIG_HOME", path);
  onTestFinished(() => {
    vi.unstubAllEnvs();
    remove();
  });
  const args = ["add", "team", "--address", address, "--hub", hub, "--no-check"];
  await expect(remoteCommand().parseAsync(args, { from: "user" })).rejects.toMatchObject({ type: "Settings", where });
  expect(existsSync(join(path, "baton"))).toBe(false);
});
