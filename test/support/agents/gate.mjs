#!/usr/bin/env node
// Says that it is here by a file, then waits until a test opens the gate by another one.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const longestMs = 110_000;

export function waitAtGate(folder, name) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.reached`), String(process.pid));
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const deadline = Date.now() + longestMs;
  while (!existsSync(join(folder, `${name}.open`))) {
    if (Date.now() > deadline) throw new Error(`the gate ${name} never opened`);
    Atomics.wait(cell, 0, 0, 20);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) waitAtGate(process.argv[2], process.argv[3]);
