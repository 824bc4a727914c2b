import { defineConfig } from "vitest/config";

/** Real processes on a shared machine: one more try in CI, which vitest reports; none at a desk. */
const retry = process.env["CI"] === undefined ? 0 : 1;

/** Tests with worlds of their own: Temporal, hub, hosts. */
const worlds = {
  retry,
  globalSetup: ["test/support/global-setup.ts"],
  setupFiles: ["test/support/note-failed-attempts.ts"],
  testTimeout: 120_000,
  hookTimeout: 120_000,
};

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
      {
        test: { name: "processes", retry, include: ["{process,git,hub}/**/*.test.ts", "{activities,cli}/**/*.process.test.ts"] },
      },
      {
        test: {
          name: "integration",
          ...worlds,
          include: ["test/integration/**/*.test.ts", "test/replay/**/*.test.ts"],
          maxWorkers: 2,
          maxConcurrency: 3,
        },
      },
      {
        // Journeys of a minute and more: moves between Temporal Services, whole demos.
        test: {
          name: "long",
          ...worlds,
          include: ["test/long/**/*.test.ts"],
          maxWorkers: 2,
          maxConcurrency: 3,
        },
      },
      {
        test: {
          name: "agents",
          ...worlds,
          include: ["test/agents/**/*.test.ts"],
          hookTimeout: 300_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: "crash",
          ...worlds,
          include: ["test/crash/**/*.test.ts"],
          testTimeout: 180_000,
          maxWorkers: 1,
          maxConcurrency: 2,
        },
      },
      {
        test: {
          name: "browser",
          ...worlds,
          include: ["test/browser/**/*.test.ts"],
        },
      },
    ],
  },
});
