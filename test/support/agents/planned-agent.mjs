#!/usr/bin/env node
// A command agent that does what the test's plan (the file named by PLAN) says for this turn and attempt.
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { waitAtGate } from "./gate.mjs";

const { PLAN, BATON_TURN: turn, BATON_ATTEMPT: attempt, BATON_EPOCH: epoch, BATON_RESULT_FILE, BATON_SESSION_DIR } = process.env;
const folder = dirname(PLAN);
const prompt = readFileSync(0, "utf8");
const result = {};

mkdirSync(join(folder, "prompts"), { recursive: true });
writeFileSync(join(folder, "prompts", `${turn}.${attempt}.txt`), prompt);
appendFileSync(join(folder, "journal.txt"), `${turn}.${attempt} epoch ${epoch} pid ${process.pid}\n`);

const { turns } = JSON.parse(readFileSync(PLAN, "utf8"));
const actions = turns[`${turn}.${attempt}`] ?? turns[turn] ?? turns["*"] ?? [];
for (const [name, value] of actions) act(name, value);

function act(name, value) {
  switch (name) {
    case "write":
      return put(value[0], value[1]);
    case "append":
      return put(value[0], (existsSync(value[0]) ? readFileSync(value[0], "utf8") : "") + value[1]);
    case "delete":
      return rmSync(value, { recursive: true, force: true });
    case "say":
      return process.stdout.write(`${value}\n`);
    case "gate":
      return waitAtGate(join(folder, "gates"), value);
    case "sh":
      return spawnSync("/bin/sh", ["-c", value], { stdio: "inherit" });
    case "flee":
      // A child in a session of its own, which no signal to this process group reaches.
      return spawn("sleep", [String(value)], { detached: true, stdio: "ignore" }).unref();
    case "big":
      return put(value[0], Buffer.alloc(value[1] * 1024 * 1024, `${turn}.${attempt} ${Math.random()}`));
    case "print":
      for (let megabyte = 0; megabyte < value; megabyte += 1) writeFileSync(1, `${"x".repeat(1023)}\n`.repeat(1024));
      return;
    case "remember":
      return put(join(BATON_SESSION_DIR, "memory.txt"), value);
    case "recall":
      return put(value, readFileSync(join(BATON_SESSION_DIR, "memory.txt"), "utf8"));
    case "usage":
    case "failure":
    case "message":
    case "session":
      result[name] = value;
      return writeFileSync(BATON_RESULT_FILE, JSON.stringify(result));
    case "kill":
      return process.kill(process.pid, value);
    case "exit":
      return process.exit(value);
    default:
      throw new Error(`the plan names an unknown action: ${name}`);
  }
}

function put(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
