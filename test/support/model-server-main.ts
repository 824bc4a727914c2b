import { parseArgs } from "node:util";
import { startModelServer } from "./model-server.ts";

const { values } = parseArgs({ options: { port: { type: "string" }, log: { type: "string" } } });
const server = await startModelServer({
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
  ...(values.log === undefined ? {} : { log: values.log }),
});
process.stdout.write(`${server.url}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)));
}
