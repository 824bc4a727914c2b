import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from "@temporalio/worker";
import type { ReservablePlaces } from "./places.ts";

interface PlacePermit extends SlotPermit {
  used: boolean;
}

/** Lets a pool's Worker poll only while the host has a free place, so that a full host never takes a thread. */
export function placeSlotSupplier(places: ReservablePlaces, queue: string): CustomSlotSupplier<ActivitySlotInfo> {
  return {
    type: "custom",
    async reserveSlot(_context, signal): Promise<PlacePermit> {
      if (await places.reserve(queue, signal)) return { used: false };
      throw new DOMException("no place was needed any more", "AbortError");
    },
    tryReserveSlot: () => (places.tryReserve(queue) ? ({ used: false } satisfies PlacePermit) : null),
    markSlotUsed({ permit }) {
      (permit as PlacePermit).used = true;
    },
    releaseSlot({ permit }) {
      if (!(permit as PlacePermit).used) places.unreserve(queue);
    },
  };
}
