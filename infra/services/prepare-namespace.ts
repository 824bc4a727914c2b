import { setTimeout as delay } from "node:timers/promises";
import type { Environment } from "../../config/environment.ts";
import type { Endpoints } from "./service-plan.ts";

const embeddedWaitMs = 15_000;
const retryMs = 100;

/** Proves that Temporal can be used and has Baton's search attributes. Baton's own server gets a while to come up. */
export async function prepareNamespace(env: Environment, embedded: Endpoints["temporal"] | undefined): Promise<void> {
  const [{ connectTemporal }, { registerSearchAttributes }] = await Promise.all([
    import("../temporal-connection.ts"),
    import("../search-attributes.ts"),
  ]);
  const deadline = performance.now() + (embedded === undefined ? 0 : embeddedWaitMs);
  while (true) {
    try {
      const { connection, namespace } = await connectTemporal({ env, ...(embedded === undefined ? {} : { embedded }) });
      await registerSearchAttributes(connection, namespace);
      await connection.close();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await delay(retryMs);
    }
  }
}
