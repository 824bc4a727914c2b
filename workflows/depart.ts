import { condition, setHandler } from "@temporalio/workflow";
import {
  afterDeparted,
  afterQuiet,
  beginDeparture,
  beginLeaving,
  cancelDeparture,
  departureReport,
  isQuiet,
  refuseCancel,
  refuseDeparture,
} from "../domain/departure.ts";
import { isSettled } from "../domain/thread.ts";
import { viewOf } from "../domain/view.ts";
import { releaseHold } from "./hold.ts";
import * as messages from "./messages.ts";
import { refuse, settledText } from "./refusal.ts";
import type { ThreadLoop } from "./thread-loop.ts";

/** Gives the place back and takes no step more, until the thread is known to run elsewhere or the departure is cancelled. */
export async function depart(loop: ThreadLoop): Promise<void> {
  await releaseHold(loop, false);
  loop.state = afterQuiet(loop.state);
  loop.doing = `leaving for ${loop.state.departure?.to ?? "elsewhere"}`;
  await condition(() => loop.state.departure === undefined || loop.state.phase === "ended");
}

/** What the one who moves the thread says and asks; each may be repeated. */
export function handleDeparture(loop: ThreadLoop): void {
  setHandler(messages.departureQuery, () => departureReport(loop.state));
  setHandler(
    messages.departUpdate,
    (request) => {
      if (loop.state.departure === undefined || request.mode === "interrupt") {
        loop.state = beginDeparture(loop.state, request, Date.now());
        if (request.mode === "interrupt") loop.work?.cancel();
      }
      return viewOf(loop.state, loop.doing);
    },
    { validator: (request) => refuse(settledText(loop) ?? refuseDeparture(loop.state, request)) },
  );
  setHandler(
    messages.leaveUpdate,
    () => {
      loop.state = beginLeaving(loop.state);
      return viewOf(loop.state, loop.doing);
    },
    { validator: ({ epoch }) => refuse(settledText(loop) ?? notLeaving(loop, epoch)) },
  );
  setHandler(
    messages.departedUpdate,
    ({ link }) => {
      if (!isSettled(loop.state)) loop.state = afterDeparted(loop.state, link, Date.now());
      return viewOf(loop.state, loop.doing);
    },
    { validator: ({ epoch }) => refuse(notLeaving(loop, epoch) ?? (hasLeft(loop) ? null : "it has not left yet")) },
  );
  setHandler(
    messages.cancelDepartureUpdate,
    (request) => {
      loop.state = cancelDeparture(loop.state, request, Date.now());
      return viewOf(loop.state, loop.doing);
    },
    { validator: (request) => refuse(settledText(loop) ?? refuseCancel(loop.state, request)) },
  );
}

function hasLeft({ state }: ThreadLoop): boolean {
  return state.departure?.phase === "leaving";
}

function notLeaving({ state }: ThreadLoop, epoch: number): string | null {
  return isQuiet(state) && state.departure?.epoch === epoch ? null : "that departure is over, or its last step still runs";
}
