import { ApplicationFailure, setHandler } from "@temporalio/workflow";
import { afterSubagentsRequest, refuseSubagents, subagentsReport } from "../domain/fan-out/subagent-requests.ts";
import { showChange } from "./chapters.ts";
import * as messages from "./messages.ts";
import { tellParent } from "./parent.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** What the agent of the running turn may ask of its own thread; an older epoch is refused without a trace. */
export function handleSubagentRequests(loop: ThreadLoop): void {
  setHandler(messages.subagentsQuery, () => subagentsReport(loop.state), { description: "Subagents that the agent asked for" });
  setHandler(
    messages.subagentsUpdate,
    (request) => {
      loop.state = afterSubagentsRequest(loop.state, request, Date.now());
      showChange(loop);
      tellParent(loop);
      return subagentsReport(loop.state);
    },
    {
      validator: (request) => {
        const refused = refuseSubagents(loop.state, request);
        if (refused !== null) throw ApplicationFailure.nonRetryable(refused.text, refused.type);
      },
    },
  );
}
