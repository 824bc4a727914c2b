import { parseArgs } from "node:util";
import { setup } from "../support/global-setup.ts";
import { invariantNames } from "../support/invariants.ts";
import { runChaos } from "./run-chaos.ts";
import { report } from "./report.ts";

const { values } = parseArgs({
  options: {
    faults: { type: "string", default: "200" },
    seed: { type: "string", default: String(Date.now() % 100_000) },
    threads: { type: "string", default: "4" },
    minutes: { type: "string", default: "120" },
  },
});

await setup();
const seed = Number(values.seed);
process.stdout.write(`chaos: ${values.faults} faults, seed ${seed}, ${values.threads} threads at once on 3 hosts\n`);
const outcome = await runChaos({
  faults: Number(values.faults),
  seed,
  threads: Number(values.threads),
  deadlineMs: Number(values.minutes) * 60_000,
  say: (line) => process.stdout.write(`${line}\n`),
});
process.stdout.write(`${report(outcome, invariantNames).join("\n")}\n`);
process.exit(outcome.violations.length === 0 ? 0 : 1);
