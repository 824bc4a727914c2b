#!/usr/bin/env node
import { existsSync } from "node:fs";

const built = new URL("../dist/cli/main.js", import.meta.url);
const bootstrap = new URL("../scripts/bootstrap.mjs", import.meta.url);

// An installed package always has dist/; only a checkout may have to make it first.
if (!existsSync(built) && existsSync(bootstrap)) {
  const { bootstrap: prepare } = await import(bootstrap.href);
  await prepare();
}
await import(built.href);
