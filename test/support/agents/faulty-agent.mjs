#!/usr/bin/env node
// Plays an agent that goes wrong in the way its FAULT says, whatever its arguments.
import { writeFileSync } from "node:fs";

const print = (record) => process.stdout.write(`${JSON.stringify(record)}\n`);
const stay = () => setInterval(() => undefined, 1000);
const other = "11111111-1111-4111-8111-111111111111";

const faults = {
  flood: () => pour(Buffer.alloc(1024 * 1024, "x")),
  floodLines: () => pour(Buffer.alloc(1024 * 1024, "not json\n")),
  nothing: () => undefined,
  fails: () => {
    process.stderr.write("cannot do it\n");
    process.exit(3);
  },
  killed: () => process.kill(process.pid, "SIGKILL"),
  hangs: stay,
  invalidResult: () => writeFileSync(process.env.BATON_RESULT_FILE, '{"usage": {"input_tokens": -1}, "mesage": "x"}'),
  proseResult: () => writeFileSync(process.env.BATON_RESULT_FILE, "all done"),
  codexStartsAnother() {
    print({ type: "thread.started", thread_id: other });
    if (process.argv.includes("resume")) return stay();
    print({ type: "turn.completed", usage: { input_tokens: 100, cached_input_tokens: 0, output_tokens: 10 } });
  },
  claudeStartsAnother() {
    const resumed = process.argv.includes("--resume");
    const id = resumed ? other : process.argv[process.argv.indexOf("--session-id") + 1];
    print({ type: "system", subtype: "init", session_id: id });
    if (resumed) return stay();
    print({ type: "result", subtype: "success", is_error: false, usage: { input_tokens: 100, output_tokens: 10 }, result: "ok" });
  },
  claudeStays() {
    const usage = { input_tokens: 100, output_tokens: 10 };
    print({ type: "result", subtype: "success", is_error: false, usage, total_cost_usd: 0.5, result: "first" });
    print({ type: "result", subtype: "success", is_error: false, usage, total_cost_usd: 0.25, result: "second" });
    stay();
  },
};

faults[process.env.FAULT]();

function pour(chunk) {
  let left = 1024;
  const more = () => {
    while (left > 0) {
      left -= 1;
      if (!process.stdout.write(chunk)) return process.stdout.once("drain", more);
    }
  };
  more();
}
