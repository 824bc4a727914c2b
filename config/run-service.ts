import { BatonFailure, failureRules } from "../domain/failure.ts";
import { createLogger, type Logger } from "./logger.ts";

/** Runs a service as this process. What ends it early is the last line of its log, and gives the exit code. */
export async function runService(service: string, run: (logger: Logger) => Promise<void>): Promise<never> {
  try {
    await run(createLogger({ service, env: process.env }));
    process.exit(0);
  } catch (error) {
    // Without the environment, whose level may be what is wrong.
    const logger = createLogger({ service, env: {} });
    if (error instanceof BatonFailure) {
      const { type, where, next, message } = error;
      logger.fatal({ type, where, next }, message);
      process.exit(failureRules[type].exitCode);
    }
    logger.fatal({ err: error }, `the ${service} failed`);
    process.exit(1);
  }
}
