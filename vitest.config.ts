import { defineConfig } from "vitest/config";

/** Real processes on a shared machine: one more try in CI, which vitest reports; none at a desk. */
const retry = process.env["CI"] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{domain,config,activities,workers,workflows,cli,infra}/**/*.test.ts"],
          exclude: ["**/*.process.test.ts"],
          // Pure tests need no process of their own each, and starting one takes longer than most of them.
          isolate: false,
        },
      },
      // Beside their code as well, but every one of them starts git, a server or a command line.
      { test: { name: "processes", include: ["{process,git,hub}/**/*.test.ts", "{activities,cli}/**/*.process.test.ts"] } },
      {
        test: {
          name: "integration",
          retry,
          include: ["test/integration/**/*.test.ts", "test/replay/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
          maxConcurrency: 3,
        },
      },
      {
        test: {
          name: "agents",
          retry,
          include: ["test/agents/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "crash",
          retry,
          include: ["test/crash/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: 1,
        },
      },
      {
        test: {
          name: "browser",
          retry,
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/support/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
