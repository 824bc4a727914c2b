import { expect, it } from "vitest";
import type { FanOut } from "../../domain/fan-out/fan-out.ts";
import { summarizeFanOut } from "./summarize-fan-out.ts";

const fanOut = (tasks: FanOut["tasks"]) => summarizeFanOut({ tasks, parallel: 8, race: [] } as unknown as FanOut);

it("counts each task of a list once, in whatever order its fields stand", () => {
  const fields = [
    { a: "1", b: "2" },
    { b: "2", a: "1" },
    { a: "2", b: "1" },
  ];
  expect(fanOut({ kind: "list", tasks: fields.map((each) => ({ name: "same", fields: each })) })).toEqual({
    source: "list",
    tasks: 2,
    duplicates: 1,
    parallel: 8,
    racers: 0,
  });
});

it("knows no number where tasks come from elsewhere", () => {
  expect(fanOut({ kind: "files", globs: ["src/**"] })).toMatchObject({ source: "files", tasks: null, duplicates: 0 });
});
