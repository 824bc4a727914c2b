import type { CancelDeparture, Departure } from "../../domain/departure.ts";
import { BatonFailure } from "../../domain/failure.ts";
import type { Services } from "../context.ts";
import { printJson, printLine } from "../output.ts";
import { withThreadContext } from "../remotes/thread-context.ts";
import type { ArrivalState } from "../threads/refuse-arrival.ts";
import { userName } from "../user-name.ts";

interface CallOff {
  readonly name: string;
  /** The person answers for it: what cannot be asked is gone for good. */
  readonly force: boolean;
  readonly json: boolean;
}

interface Leaving {
  readonly thread: string;
  readonly departure: Departure;
  readonly force: boolean;
}

type Answer = ArrivalState | { readonly kind: "unknown"; readonly why: string };

/** Lets a departing thread stay. Once it may be over there, the target has to refuse it first, or a person to decide. */
export async function callOff({ threads }: Services, { name, force, json }: CallOff): Promise<void> {
  const thread = await threads.resolve(name);
  const { departure } = await threads.departure(thread);
  const reason = departure?.phase === "leaving" ? await reasonToStay({ thread, departure, force }) : {};
  const view = await threads.update(thread, "cancelDeparture", { by: userName(), ...reason });
  if (json) return printJson(view);
  printLine(`${thread} stays: ${view.status} · ${view.doing}`);
}

async function reasonToStay({ thread, departure, force }: Leaving): Promise<Pick<CancelDeparture, "epoch" | "because">> {
  const { epoch, to } = departure;
  const answer = await ask(thread, departure);
  if (answer.kind === "refused") return { epoch, because: "refused" };
  if (answer.kind === "unknown") {
    if (force) return { epoch, because: "decided" };
    throw new BatonFailure("Conflict", `thread ${thread} may be at ${to} already, and that cannot be told: ${answer.why}`, {
      next: `finish the move when it answers; if it is gone for good: baton handoff ${thread} --cancel --force`,
    });
  }
  const lost = !answer.running && (answer.status === "stopped" || answer.status === "failed");
  if (force && lost) return { epoch, because: "decided" };
  const next = lost
    ? `to go on here all the same: baton handoff ${thread} --cancel --force`
    : "finish the move, then pull it back";
  throw new BatonFailure("Conflict", `thread ${thread} has arrived at ${to}: it is ${answer.status} there`, { next });
}

/** Nothing is taken for granted: not even that what answers under the target's name is what the thread left for. */
async function ask(thread: string, { to, service, epoch }: Departure): Promise<Answer> {
  try {
    return await withThreadContext(to, async (context) => {
      const target = context.current();
      if ((await target.identity()) !== service)
        return { kind: "unknown", why: `${to} is another Temporal Service here, or now` };
      return target.threads.refuseArrival(thread, epoch);
    });
  } catch (error) {
    if (error instanceof BatonFailure) return { kind: "unknown", why: error.message };
    throw error;
  }
}
