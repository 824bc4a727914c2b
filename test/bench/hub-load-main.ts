import { measureHubLoad } from "./hub-load.ts";

// Usage: tsx test/bench/hub-load-main.ts [clients]: one line of JSON for small, middling and large checkpoints.
const clients = Number(process.argv[2] ?? 50);
const loads = [
  { clients, pushesEach: 6, bytes: 2000 },
  { clients, pushesEach: 3, bytes: 1_000_000 },
  { clients, pushesEach: 1, bytes: 10_000_000 },
];
for (const load of loads) process.stdout.write(`${JSON.stringify(await measureHubLoad(load))}\n`);
