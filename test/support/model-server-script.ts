/** One thing the scripted model does in answer to one request. */
export type Step =
  | { readonly say: string }
  | { readonly sh: string }
  | { readonly write: string; readonly text: string }
  | { readonly json: unknown }
  /** Answers every `Criterion n:` of the judge's prompt with the same status. */
  | { readonly verdict: "met" | "not_yet" | "impossible"; readonly reason?: string }
  /** Says whether an earlier message holds the word: proves that the conversation travelled. */
  | { readonly recall: string }
  /** Calls a tool of the MCP server baton; where it is not offered, `otherwise` is a command. */
  | { readonly call: string; readonly input: Readonly<Record<string, unknown>>; readonly otherwise?: string }
  | { readonly hang: true }
  | { readonly status: number; readonly message?: string; readonly retryAfter?: number }
  | { readonly drop: true };

/** A request of any protocol, reduced to what a script needs: who said what, oldest first. */
export interface Message {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly text: string;
}

/** What the model answers: text, or a call of one of the offered tools. */
export type Reply =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "tool";
      readonly name: string;
      readonly input: Readonly<Record<string, unknown>>;
      readonly freeform?: string;
    }
  | { readonly kind: "hang" }
  | { readonly kind: "status"; readonly status: number; readonly message: string; readonly retryAfter?: number }
  | { readonly kind: "drop" };

const blocks = /@@\s*((?:judge|review)?\s*(?:turn\s+\d+)?)\s*:?\s*(\[[\s\S]*?\])\s*@@/g;

/**
 * The reply to a request. The script rides in the newest user message that holds one, as `@@[…]@@`, `@@turn 2: […]@@`,
 * `@@judge: […]@@`, `@@review: […]@@` or `@@judge turn 2: […]@@`; the step is the number of tool results since. Nothing is remembered here.
 */
export function nextReply(
  messages: readonly Message[],
  tools: readonly string[],
): { readonly step: number; readonly reply: Reply } {
  const at = messages.findLastIndex(({ role, text }) => role === "user" && scriptIn(text) !== undefined);
  if (at < 0) return { step: 0, reply: { kind: "text", text: "ok" } };
  const step = messages.slice(at + 1).filter(({ role }) => role === "tool").length;
  const prompt = messages[at]!.text;
  const next = scriptIn(prompt)![step];
  if (next === undefined) return { step, reply: { kind: "text", text: "done" } };
  const earlier = messages.slice(0, at).filter(({ role }) => role !== "system");
  return { step, reply: replyTo(next, { tools, prompt, earlier }) };
}

/** What was really said: a script names in advance what is only to be said or done. */
export function withoutScripts(text: string): string {
  return text.replaceAll(blocks, "");
}

/** The script that a prompt holds for the turn and the role that the prompt names. */
function scriptIn(prompt: string): readonly Step[] | undefined {
  const scripts = new Map<string, readonly Step[]>();
  for (const [, label, body] of prompt.matchAll(blocks)) {
    const steps = parsed(body!);
    if (steps !== undefined) scripts.set(label!.trim().replace(/\s+/g, " "), steps);
  }
  if (scripts.size === 0) return undefined;
  const [, asked, of] = /^(Judge|Review) turn (\d+)/m.exec(prompt) ?? [];
  const role = asked?.toLowerCase();
  if (role !== undefined) return scripts.get(`${role} turn ${of}`) ?? scripts.get(role) ?? [];
  const turn = /^Turn (\d+)/m.exec(prompt)?.[1];
  return scripts.get(`turn ${turn}`) ?? scripts.get("") ?? [];
}

function parsed(body: string): readonly Step[] | undefined {
  for (const text of [body, body.replaceAll('\\"', '"')]) {
    try {
      return JSON.parse(text) as Step[];
    } catch {
      // Some agents hand the prompt on with its quotes escaped once more.
    }
  }
  return undefined;
}

interface Scene {
  readonly tools: readonly string[];
  readonly prompt: string;
  readonly earlier: readonly Message[];
}

function replyTo(step: Step, scene: Scene): Reply {
  if ("say" in step) return { kind: "text", text: step.say };
  if ("sh" in step) return shellCall(step.sh, scene.tools);
  if ("write" in step) return writeCall(step.write, step.text, scene.tools);
  if ("call" in step) return mcpCall(step, scene.tools);
  if ("json" in step) return structured(step.json, scene.tools);
  if ("verdict" in step) return structured(verdictOn(scene.prompt, step), scene.tools);
  if ("recall" in step) {
    const known = scene.earlier.some(({ text }) => withoutScripts(text).includes(step.recall));
    return { kind: "text", text: `recall ${step.recall}: ${known ? "yes" : "no"}` };
  }
  if ("hang" in step) return { kind: "hang" };
  if ("drop" in step) return { kind: "drop" };
  if ("status" in step) {
    const wait = step.retryAfter === undefined ? {} : { retryAfter: step.retryAfter };
    return { kind: "status", status: step.status, message: step.message ?? `scripted ${step.status}`, ...wait };
  }
  throw new Error(`unknown step: ${JSON.stringify(step)}`);
}

/** Agents refuse parameters they do not know, so each tool gets exactly its own. */
function shellCall(command: string, tools: readonly string[]): Reply {
  if (tools.includes("exec_command"))
    return { kind: "tool", name: "exec_command", input: { cmd: command, yield_time_ms: 30_000 } };
  if (tools.includes("shell_command")) return { kind: "tool", name: "shell_command", input: { command } };
  if (tools.includes("shell")) return { kind: "tool", name: "shell", input: { command: ["bash", "-lc", command] } };
  if (tools.includes("Bash")) return { kind: "tool", name: "Bash", input: { command, description: "scripted command" } };
  return { kind: "text", text: `no shell tool offered for: ${command}` };
}

function writeCall(path: string, text: string, tools: readonly string[]): Reply {
  return shellCall(`mkdir -p "$(dirname '${path}')" && cat > '${path}' <<'BATON_END'\n${text}\nBATON_END`, tools);
}

function mcpCall({ call, input, otherwise }: Extract<Step, { call: string }>, tools: readonly string[]): Reply {
  const name = `mcp__baton__${call}`;
  if (tools.includes(name)) return { kind: "tool", name, input };
  return otherwise === undefined ? { kind: "text", text: `no tool ${call} offered` } : shellCall(otherwise, tools);
}

function structured(value: unknown, tools: readonly string[]): Reply {
  if (tools.includes("StructuredOutput")) {
    return { kind: "tool", name: "StructuredOutput", input: value as Record<string, unknown> };
  }
  return { kind: "text", text: JSON.stringify(value) };
}

function verdictOn(prompt: string, step: Extract<Step, { verdict: string }>): unknown {
  const unique = [...new Set([...prompt.matchAll(/^Criterion (\d+):/gm)].map(([, number]) => Number(number)))];
  const evidence = step.reason ?? `scripted ${step.verdict}`;
  return {
    overall: step.verdict,
    criteria: unique.map((criterion) => ({ criterion, status: step.verdict, evidence })),
    reason: evidence,
  };
}
