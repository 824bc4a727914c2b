import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { scratchFolder } from "../../git/test-repository.ts";

const rounds = 200;

/** Locks one folder after the other, each at the same instant as its twin, says which it got, and keeps them until its input ends. */
const racer = `
  const { lockStore } = await import(process.argv[1]);
  const [folder, startAt] = process.argv.slice(2);
  const got = [];
  for (let round = 0; round < ${rounds}; round += 1) {
    while (Date.now() < Number(startAt) + round * 5);
    try {
      lockStore(folder + "/" + round);
      got.push(round);
    } catch (error) {
      if (error.type !== "Conflict") throw error;
    }
  }
  console.log(JSON.stringify(got));
  process.stdin.resume();
`;

test("of two hubs that find a killed hub's lock at once, one gets the store", async () => {
  const { path, remove } = scratchFolder();
  onTestFinished(remove);
  for (let round = 0; round < rounds; round += 1) {
    mkdirSync(join(path, String(round)));
    writeFileSync(join(path, String(round), "lock"), JSON.stringify({ pid: 1, startTime: "another life" }));
  }
  const module = new URL("store-lock.ts", import.meta.url).href;
  const args = ["--import", "tsx", "--input-type=module", "-e", racer, module, path, String(Date.now() + 2000)];
  const racers = [1, 2].map(() => spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] }));
  onTestFinished(() => racers.forEach((racer) => racer.kill("SIGKILL")));
  const said = await Promise.all(racers.map((racer) => once(createInterface(racer.stdout), "line") as Promise<[string]>));
  const got = said.flatMap(([line]) => JSON.parse(line) as number[]).toSorted((a, b) => a - b);
  expect(got).toEqual(Array.from({ length: rounds }, (_, round) => round));
}, 30_000);
