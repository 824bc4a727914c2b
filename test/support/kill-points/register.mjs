// Preloaded into Baton's own processes by a test: makes them die, stop or wait at a named point that the test has armed.
import { existsSync, readFileSync, renameSync } from "node:fs";
import { register } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const folder = process.env.BATON_KILL_POINTS;
const points = JSON.parse(readFileSync(join(folder, "points.json"), "utf8"));
const pollMs = 10;
const longestMs = 60_000;

register("./hooks.mjs", import.meta.url, { data: points });

globalThis.passKillPoints = async (names) => {
  for (const name of names) await pass(name);
};

async function pass(name) {
  const at = (state) => join(folder, `${name}.${state}`);
  if (!existsSync(at("armed"))) return;
  renameSync(at("armed"), at("reached"));
  const action = readFileSync(at("reached"), "utf8");
  if (action !== "wait") return void process.kill(process.pid, action);
  const deadline = performance.now() + longestMs;
  while (!existsSync(at("released")) && performance.now() < deadline) await delay(pollMs);
}
