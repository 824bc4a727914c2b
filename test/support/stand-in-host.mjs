import { renameSync, writeFileSync } from "node:fs";

// Keeps the contract of a service's process, and does nothing else.
const readyFile = process.env.BATON_READY_FILE;
writeFileSync(`${readyFile}.new`, JSON.stringify({ pid: process.pid, id: "stand-in", incarnation: "1" }));
renameSync(`${readyFile}.new`, readyFile);
process.on("SIGTERM", () => process.exit(0));
setInterval(() => undefined, 60_000);
