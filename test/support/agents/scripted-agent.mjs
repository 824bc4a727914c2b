#!/usr/bin/env node
// A command agent without a model: does what the prompt's script says, one step after the other.
import { spawnSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const prompt = readFileSync(0, "utf8");
const history = join(process.env.BATON_SESSION_DIR, "history.txt");
const earlier = read(history);
appendFileSync(history, `${prompt}\n`);

const result = {
  session: process.env.BATON_SESSION ?? "scripted-session",
  usage: { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0 },
};
for (const step of scriptIn(prompt)) {
  result.usage.input_tokens += 600;
  result.usage.cached_input_tokens += 400;
  result.usage.output_tokens += 50;
  save();
  if ("sh" in step) spawnSync("/bin/sh", ["-c", step.sh], { stdio: "ignore" });
  if ("say" in step) say(step.say);
  if ("recall" in step) say(`recall ${step.recall}: ${earlier.includes(step.recall) ? "yes" : "no"}`);
  if ("hang" in step) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if ("status" in step) {
    const reason = { 401: "auth", 429: "rate_limit", 500: "server" }[step.status] ?? "unknown";
    result.failure = { reason, detail: `scripted ${step.status}` };
    save();
    process.exit(1);
  }
}

function say(text) {
  result.message = text;
  save();
  process.stdout.write(`${text}\n`);
}

function save() {
  writeFileSync(process.env.BATON_RESULT_FILE, JSON.stringify(result));
}

function scriptIn(text) {
  const turn = /^Turn (\d+)/m.exec(text)?.[1];
  const scripts = new Map(
    [...text.matchAll(/@@\s*((?:turn\s+\d+)?)\s*:?\s*(\[[\s\S]*?\])\s*@@/g)].map(([, label, body]) => [label, body]),
  );
  return JSON.parse(scripts.get(`turn ${turn}`) ?? scripts.get("") ?? "[]");
}

function read(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
