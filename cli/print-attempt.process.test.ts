import { expect, test, vi } from "vitest";
import { checkpointOf } from "../hub/test-hub.ts";
import { useHubWithWork } from "../hub/use-hub-with-work.ts";
import { printAttempt } from "./print-attempt.ts";

const { work, running } = useHubWithWork("repo-1");

test("what an attempt changed is printed as a diff or as JSON", async () => {
  const { hub } = running;
  const of = { repository: "repo-1", thread: "t" };
  await hub.claimEpoch({ ...of, epoch: 2 });
  const late = await work.commit("late\n");
  await hub.keepAttempt(checkpointOf(late), work.pack(late.commit, [work.base]));
  const { attempts } = await hub.listAttempts(of);
  const printed = async (json: boolean, epoch = 1) => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      await printAttempt({ hub, ...of, base: work.base, attempts, epoch, json });
      return write.mock.calls.map(([chunk]) => String(chunk)).join("");
    } finally {
      write.mockRestore();
    }
  };
  expect(await printed(false)).toContain("+late");
  expect(JSON.parse(await printed(true))).toEqual({
    thread: "t",
    epoch: 1,
    base: work.base,
    commit: late.commit,
    files: [{ path: "work.txt", added: 1, removed: 0 }],
  });
  await expect(printed(true, 7)).rejects.toMatchObject({ type: "NotFound" });
});
