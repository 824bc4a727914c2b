import { fine, type Finding } from "./finding.ts";

const answerMs = 2000;

/** Docker is only for sandboxes, so its absence is no fault. */
export async function checkDocker(): Promise<Finding> {
  const { default: Docker } = await import("dockerode");
  try {
    const { Version } = await new Docker({ timeout: answerMs }).version();
    return fine("docker", `engine ${Version}`);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return fine("docker", `no engine answers (${reason}); it is optional`);
  }
}
