import { afterEach } from "vitest";
import { failedAttempts } from "./failed-attempts.ts";

afterEach(({ task }) => {
  if (task.result?.state === "fail") failedAttempts.count += 1;
});
