import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { historyFromJSON } from "@temporalio/common/lib/proto-utils.js";
import { expect, test } from "vitest";
import { replayFailures } from "../support/replay.ts";

const folder = fileURLToPath(new URL("histories/", import.meta.url));
const recorded = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));

test("the present Workflow code replays every recorded history", async () => {
  expect(recorded).not.toEqual([]);
  const runs = recorded.map((name) => ({
    workflowId: name,
    history: historyFromJSON(JSON.parse(readFileSync(`${folder}/${name}`, "utf8"))),
  }));
  expect(await replayFailures(runs)).toEqual([]);
});
