#!/usr/bin/env node
import { buildProgram } from "./program.ts";
import { reportFailure } from "./report-failure.ts";

const args = process.argv.slice(2);
const json = args.includes("--json");

// A reader that went away (`baton logs X | head`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

try {
  const program = await buildProgram(args, { quietUsage: json });
  await program.parseAsync(args, { from: "user" });
} catch (error) {
  process.exitCode = reportFailure(error, json);
}
