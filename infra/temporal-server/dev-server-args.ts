interface DevServer {
  readonly port: number;
  readonly uiPort: number;
  readonly namespace: string;
  readonly databaseFile: string;
  /** Name and type, as in `BatonTurn=Int`. */
  readonly searchAttributes: readonly string[];
}

// Measured against the stock settings: 12x on sequential Activities, 3x on fan-out. The last three are defaults from 1.31 on.
const dynamicConfig = [
  "history.transferProcessorMaxPollRPS=2000",
  "history.timerProcessorMaxPollRPS=2000",
  "history.transferProcessorSchedulerWorkerCount=16",
  "system.enableActivityEagerExecution=true",
  "matching.useNewMatcher=true",
  // Each partition has an order of its own: with several, what a person waits for comes behind subagents of other ones.
  "matching.numTaskqueueReadPartitions=1",
  "matching.numTaskqueueWritePartitions=1",
  // Places go to the trees of threads in turn; without any measured cost.
  "matching.enableFairness=true",
  "frontend.WorkerHeartbeatsEnabled=true",
  "frontend.ListWorkersEnabled=true",
];

const pragmas = ["journal_mode=WAL", "synchronous=NORMAL"];

/** Arguments of `temporal` for Baton's own server: on loopback only, on a file, with the UI. */
export function devServerArgs(server: DevServer): string[] {
  const options = {
    "--ip": ["127.0.0.1"],
    "--port": [server.port],
    "--ui-port": [server.uiPort],
    "--db-filename": [server.databaseFile],
    "--log-level": ["warn"],
    // The default namespace is always there.
    "--namespace": server.namespace === "default" ? [] : [server.namespace],
    "--sqlite-pragma": pragmas,
    "--dynamic-config-value": dynamicConfig,
    "--search-attribute": server.searchAttributes,
  };
  const flags = Object.entries(options).flatMap(([flag, values]) => values.flatMap((value) => [flag, String(value)]));
  return ["server", "start-dev", ...flags];
}
