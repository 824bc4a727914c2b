import { describe, expect, it } from "vitest";
import { BatonFailure } from "../../domain/failure.ts";
import { parseGoal } from "./parse-goal.ts";

function linesOf(text: string): string[] {
  try {
    parseGoal(text, "goal.yaml");
  } catch (error) {
    if (error instanceof BatonFailure) return error.message.split("\n");
    throw error;
  }
  throw new Error("the goal was accepted");
}

/** A goal that is right but for the section given. */
const goal = (rest: string, worker = "claude") => `goal: x\nagents: { worker: { use: ${worker} } }\n${rest}`;
const verify = "verify: [npm test]";

const duration = 'a duration such as "10m" or "1h30m", more than zero and at most 24d';
const count = 'a whole number of at least 1, such as 50000, "200k" or "5M"';
const mapping = "a mapping such as { use: codex } (codex, claude or command)";

describe("a goal file is refused for", () => {
  it.each<[string, string, string]>([
    ["an empty file", "", "1:1 is empty; it needs at least goal, verify and agents"],
    ["nothing but comments", "# goal: x\n", "1:1 is empty; it needs at least goal, verify and agents"],
    ["a list", "- goal: x", "1:1 expected keys with values, such as goal: …"],
    ["a lone text", "make it work", "1:1 expected keys with values, such as goal: …"],
    [
      "broken YAML",
      "goal: x\nverify: [a, b\nagents: {}",
      "3:1 is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ["a tab as indentation", "\tgoal: x", "1:1 is not valid YAML: Tabs are not allowed as indentation"],
    ["a second document", `${goal(verify)}\n---\ngoal: y`, "4:1 a second document begins here; a goal file holds one"],
    ["an unknown tag", goal("verify: !!js/function [a]"), "3:9 is not valid YAML: Unresolved tag: tag:yaml.org,2002:js/function"],
    ["an alias without anchor", goal("verify: *checks"), "3:9 alias *checks has no anchor"],
    ["a key that is no text", goal(`${verify}\n? [a]\n: b`), "4:3 is not valid YAML: With stringKeys, all keys must be strings"],
    ["a duplicate key", goal(`${verify}\nrisk: []\nrisk: []`), "5:1 duplicate key risk"],
    ["no goal", `agents: { worker: { use: claude } }\n${verify}`, "1:1 goal is required: expected the objective in a sentence"],
    [
      "a blank goal",
      `goal: "  "\nagents: { worker: { use: claude } }\n${verify}`,
      '1:7 goal expected the objective in a sentence, got "  "',
    ],
    [
      "a goal of another type",
      `goal: [a]\nagents: { worker: { use: claude } }\n${verify}`,
      "1:7 goal expected the objective in a sentence, got a list",
    ],
    [
      "a NUL character",
      `goal: "a\\0b"\nagents: { worker: { use: claude } }\n${verify}`,
      String.raw`1:7 goal expected the objective in a sentence without NUL characters, got "a\u0000b"`,
    ],
    [
      "no agents",
      `goal: x\n${verify}`,
      "1:1 agents is required: expected a mapping such as { worker: { use: codex } } (codex, claude or command)",
    ],
    ["no worker", `goal: x\n${verify}\nagents: { judge: { use: none } }`, `3:9 agents.worker is required: expected ${mapping}`],
    [
      "a worker that is no mapping",
      `goal: x\n${verify}\nagents: { worker: codex }`,
      `3:19 agents.worker expected ${mapping}, got "codex"`,
    ],
    ["an unknown agent", goal(verify, "gemini"), '2:26 agents.worker.use expected codex, claude or command, got "gemini"'],
    [
      "an unknown key without likeness",
      goal(`${verify}\nscope: { zzzz: 1 }`),
      "4:10 scope.zzzz is not a known key; known here: allow, protect",
    ],
    [
      "a key in camel case",
      goal(`${verify}\nbudget: { turnTime: 5m }`),
      "4:11 budget.turnTime is not a known key; did you mean turn_time?",
    ],
    [
      "a prototype key",
      goal(`${verify}\n__proto__: { a: 1 }`),
      "4:1 __proto__ is not a known key; known here: goal, background, scope, done, setup, setup_cache, verify, agents, review, budget, on_failure, risk, host, deliver, fan_out, subagents",
    ],
    ["a section without content", goal(`${verify}\nbudget:\nrisk: []`), "4:8 budget expected a mapping, got nothing"],
    ["no oracle", goal(""), "1:1 nothing can tell when the goal is achieved: add verify (a command) or agents.judge"],
    [
      "an empty list of checks as the only oracle",
      goal("verify: []"),
      "1:1 nothing can tell when the goal is achieved: add verify (a command) or agents.judge",
    ],
    ["checks that are no list", goal("verify: npm test"), '3:9 verify expected a list of checks, got "npm test"'],
    [
      "a check that is a number",
      goal("verify: [5]"),
      "3:10 verify.0 expected a shell command or a mapping such as { name: tests, run: npm test }, got 5",
    ],
    ["a check without command", goal("verify: [{ name: a }]"), "3:10 verify.0.run is required: expected a shell command"],
    ["an empty command", goal("verify: ['']"), '3:10 verify.0 expected a shell command, got ""'],
    [
      "two checks with one name",
      goal("verify: [{ name: a, run: b }, { name: a, run: c }]"),
      '3:39 verify.1.name "a" is already the name of verify.0; give each check its own',
    ],
    [
      "a timeout without unit",
      goal("verify: [{ run: a, timeout: 10 }]"),
      `3:29 verify.0.timeout expected ${duration}, got 10 (put it in quotes)`,
    ],
    ["a timeout of zero", goal("verify: [{ run: a, timeout: 0s }]"), `3:29 verify.0.timeout expected ${duration}, got "0s"`],
    [
      "a timeout longer than a timer",
      goal("verify: [{ run: a, timeout: 25d }]"),
      `3:29 verify.0.timeout expected ${duration}, got "25d"`,
    ],
    [
      "a duration with its units in disorder",
      goal("verify: [{ run: a, timeout: 5m1h }]"),
      `3:29 verify.0.timeout expected ${duration}, got "5m1h"`,
    ],
    ["a negative duration", goal("verify: [{ run: a, timeout: -5m }]"), `3:29 verify.0.timeout expected ${duration}, got "-5m"`],
    [
      "an invalid regular expression",
      goal("verify: [{ run: a, metric: { match: 'a(' } }]"),
      "3:37 verify.0.metric.match invalid regular expression: Unterminated group",
    ],
    [
      "a regular expression without group",
      goal("verify: [{ run: a, metric: { match: 'a' } }]"),
      "3:37 verify.0.metric.match the regular expression needs a group in parentheses around the number",
    ],
    [
      "a metric without source",
      goal("verify: [{ run: a, metric: { unit: ms } }]"),
      "3:28 verify.0.metric needs match (a regular expression) or json (a path)",
    ],
    [
      "a metric with two sources",
      goal("verify: [{ run: a, metric: { match: (a), json: b } }]"),
      "3:48 verify.0.metric.json has both match and json; keep one",
    ],
    [
      "thresholds that exclude each other",
      goal("verify: [{ run: a, metric: { json: b, at_least: 5, at_most: 3 } }]"),
      "3:49 verify.0.metric.at_least at_least 5 is greater than at_most 3: no number can pass",
    ],
    [
      "a threshold that is no number",
      goal("verify: [{ run: a, metric: { json: b, at_most: .nan } }]"),
      "3:48 verify.0.metric.at_most expected a number, got NaN",
    ],
    ["zero turns", goal(`${verify}\nbudget: { turns: 0 }`), "4:18 budget.turns expected a whole number of at least 1, got 0"],
    [
      "half a turn",
      goal(`${verify}\nbudget: { turns: 1.5 }`),
      "4:18 budget.turns expected a whole number of at least 1, got 1.5",
    ],
    [
      "endless turns",
      goal(`${verify}\nbudget: { turns: .inf }`),
      "4:18 budget.turns expected a whole number of at least 1, got Infinity",
    ],
    ["zero USD", goal(`${verify}\nbudget: { usd: 0 }`), "4:16 budget.usd expected an amount in USD of more than zero, got 0"],
    [
      "negative USD",
      goal(`${verify}\nbudget: { usd: -5 }`),
      "4:16 budget.usd expected an amount in USD of more than zero, got -5",
    ],
    [
      "USD that are no number",
      goal(`${verify}\nbudget: { usd: .nan }`),
      "4:16 budget.usd expected an amount in USD of more than zero, got NaN",
    ],
    ["an unknown count", goal(`${verify}\nbudget: { tokens: 5X }`), `4:19 budget.tokens expected ${count}, got "5X"`],
    ["zero tokens", goal(`${verify}\nbudget: { tokens: 0k }`), `4:19 budget.tokens expected ${count}, got "0k"`],
    ["zero files", goal(`${verify}\nbudget: { files: 0 }`), "4:18 budget.files expected a whole number of at least 1, got 0"],
    [
      "a turn longer than the time",
      goal(`${verify}\nbudget: { time: 1h, turn_time: 2h }`),
      "4:32 budget.turn_time is longer than budget.time: one turn could use up more than everything",
    ],
    [
      "a turn longer than the wall time",
      goal(`${verify}\nbudget: { wall_time: 1h, turn_time: 2h }`),
      "4:37 budget.turn_time is longer than budget.wall_time: one turn could use up more than everything",
    ],
    [
      "a branch elsewhere",
      goal(`${verify}\ndeliver: { branch: main }`),
      '4:20 deliver.branch expected a branch name that begins with "baton/", got "main"',
    ],
    [
      "a branch with a space",
      goal(`${verify}\ndeliver: { branch: baton/a b }`),
      String.raw`4:20 deliver.branch the branch name has a space or one of ~ ^ : ? * [ \ in it`,
    ],
    [
      "a branch with two dots",
      goal(`${verify}\ndeliver: { branch: baton/a..b }`),
      '4:20 deliver.branch the branch name has ".." in it',
    ],
    [
      "a branch that ends with .lock",
      goal(`${verify}\ndeliver: { branch: baton/a.lock }`),
      '4:20 deliver.branch the branch name has a part that ends with ".lock"',
    ],
    [
      "a branch with an empty part",
      goal(`${verify}\ndeliver: { branch: baton//a }`),
      "4:20 deliver.branch the branch name has an empty part between slashes",
    ],
    [
      "a remote that looks like an option",
      goal(`${verify}\ndeliver: { push: --force }`),
      '4:18 deliver.push expected the name of a remote such as origin, got "--force"',
    ],
    [
      "an absolute glob",
      goal(`${verify}\nscope: { allow: [/src] }`),
      "4:18 scope.allow.0 the glob begins with a slash; write it relative to the repository root",
    ],
    [
      "a glob that leaves",
      goal(`${verify}\nscope: { protect: [../x] }`),
      '4:20 scope.protect.0 the glob leaves the repository with ".."',
    ],
    [
      "a glob with open brackets",
      goal(`${verify}\nscope: { allow: ['src/{a'] }`),
      "4:18 scope.allow.0 the glob has brackets that do not close",
    ],
    [
      "a glob that matches nothing",
      goal(`${verify}\nscope: { allow: ['[z-a]'] }`),
      "4:18 scope.allow.0 the glob has a range that matches nothing",
    ],
    [
      "a negated glob",
      goal(`${verify}\nscope: { allow: ['!a'] }`),
      "4:18 scope.allow.0 the glob begins with an exclamation mark; name what is meant instead of what is not",
    ],
    [
      "an environment item that is none",
      goal(verify, "claude, env: [a-b]"),
      '2:40 agents.worker.env.0 expected NAME or NAME=value, got "a-b"',
    ],
    [
      "a variable of Baton's own",
      goal(verify, "claude, env: [BATON_HOST=x]"),
      "2:40 agents.worker.env.0 is Baton's own: names that begin with BATON_ or TEMPORAL_ are never passed on",
    ],
    [
      "a command without command",
      goal(verify, "command"),
      "2:19 agents.worker.run is required with use: command: a shell command line, or set bin and args",
    ],
    [
      "a command given twice",
      goal(verify, "command, run: a, bin: b"),
      "2:40 agents.worker.run and bin exclude each other; keep one",
    ],
    [
      "arguments beside a command line",
      goal(verify, "command, run: a, args: [b]"),
      "2:49 agents.worker.args has no meaning beside run; put it into the command line",
    ],
    [
      "a command line for codex",
      goal(verify, "codex, run: a"),
      "2:38 agents.worker.run is only for use: command; for codex set bin and args",
    ],
  ])("%s", (_name, text, expected) => {
    expect(linesOf(text)).toEqual([`goal.yaml:${expected}`]);
  });

  it.each<[string, string, string]>([
    [
      "a model without name",
      "use: model, base_url: http://a/v1",
      "3:18 agents.judge.model is required with use: model: name the model, such as gpt-5.5-mini",
    ],
    [
      "an address that is none",
      "use: model, model: m, base_url: localhost",
      '3:52 agents.judge.base_url expected an http or https address, got "localhost"',
    ],
    [
      "a key in place of its variable",
      "use: model, model: m, provider: anthropic, api_key_env: sk-1",
      '3:76 agents.judge.api_key_env expected the name of an environment variable, not the key itself, got "sk-1"',
    ],
    [
      "keys of programs",
      "use: model, model: m, provider: anthropic, bin: x",
      "3:68 agents.judge.bin has no meaning with use: model",
    ],
    ["keys of models", "use: claude, provider: anthropic", "3:43 agents.judge.provider is only for use: model"],
    ["keys without judge", "use: none, model: m", "3:38 agents.judge.model has no meaning with use: none"],
    [
      "a command without command",
      "use: command",
      "3:18 agents.judge.run is required with use: command: a shell command line, or set bin and args",
    ],
  ])("a judge: %s", (_name, judge, expected) => {
    const text = `goal: x\n${verify}\nagents: { judge: { ${judge} }, worker: { use: claude } }`;
    expect(linesOf(text)).toEqual([`goal.yaml:${expected}`]);
  });

  it.each<[string, string, string]>([
    ["an unknown policy", "on_loss: retry", '4:18 host.on_loss expected wait, move or ask, got "retry"'],
    ["a grace that is no duration", "grace: soon", `4:16 host.grace expected ${duration}, got "soon"`],
    ["a grace without a unit", "grace: 120", `4:16 host.grace expected ${duration}, got 120 (put it in quotes)`],
    ["no grace at all", "grace: 0s", `4:16 host.grace expected ${duration}, got "0s"`],
    ["a misspelt key", "on_lost: move", "4:9 host.on_lost is not a known key; did you mean on_loss?"],
  ])("a lost host: %s", (_name, host, expected) => {
    expect(linesOf(goal(`${verify}\nhost: { ${host} }`))).toEqual([`goal.yaml:${expected}`]);
  });

  it("aliases that expand without end", () => {
    const bomb = "abcdefghi".split("").map((name, index) => {
      const inside = index === 0 ? "x" : `*${"abcdefghi"[index - 1]}`;
      return `${name}: &${name} [${Array.from({ length: 5 }, () => inside).join(", ")}]`;
    });
    expect(linesOf(bomb.join("\n"))).toEqual(["goal.yaml:1:1 its aliases expand to too much"]);
    expect(linesOf(`a: &a x\nb: [${"*a, ".repeat(60)}]`)).toEqual(["goal.yaml:2:205 has more than 50 aliases"]);
  });

  it("nesting without end", () => {
    expect(linesOf(`goal: ${"[".repeat(100_000)}`)[0]).toMatch(/^goal\.yaml:1:\d+ is nested too deep$/);
  });
});
