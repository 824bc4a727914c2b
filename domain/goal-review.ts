import type { Goal, Judge } from "./goal.ts";

/** What a careful colleague would say about a goal before work begins. */
export interface Finding {
  /** Errors must be mended, warnings should be, questions want an answer in the goal. */
  readonly severity: "error" | "warning" | "question";
  /** Key of the goal file, path or command it is about. */
  readonly where: string;
  readonly text: string;
  readonly next: string;
}

/** Reads a valid goal for what nobody could measure, judge or afford. */
export function reviewGoal(goal: Goal): Finding[] {
  return [
    ...reviewWording(goal),
    ...reviewCriteria(goal),
    ...reviewChecks(goal),
    ...reviewAgents(goal),
    ...reviewReviewer(goal),
    ...reviewLimits(goal),
  ];
}

const comparison = /\b(improv\w+|better|faster|quicker|smaller|optimi[sz]\w*|reduc\w+|increas\w+|speed up)\b/i;
const vague =
  /\b(clean(ed|ing)? ?up|tidy|polish\w*|moderni[sz]\w*|refactor\w*|simplif\w+|etc\b\.?|and so on|as needed|where (possible|appropriate)|various|nice(r|ly)?|proper(ly)?|appropriate(ly)?|good|(?<!lint is |lint )clean|robust\w*|elegant\w*|user[- ]friendly|intuitive|maintainable|readable|production[- ]ready|best practices?|high[- ]quality|reasonabl[ey]|sufficient(ly)?|enough)\b/i;

/** A number, a piece of code, a path or a quotation gives a word something to hold on to. */
function isAnchored(text: string): boolean {
  return /\d|`[^`]+`|"[^"]+"|\w\/\w|\w\.[a-z]{1,5}\b/.test(text);
}

function vagueWord(text: string, measured: boolean): string | undefined {
  if (isAnchored(text)) return undefined;
  return vague.exec(text)?.[0] ?? (measured ? undefined : comparison.exec(text)?.[0]);
}

function hasThreshold(goal: Goal): boolean {
  return goal.verify.some(({ metric }) => metric?.atMost !== undefined || metric?.atLeast !== undefined);
}

function reviewWording(goal: Goal): Finding[] {
  const word = vagueWord(goal.goal, hasThreshold(goal));
  if (word !== undefined) {
    const next = "Say what a command, a number or a file shows when it is done, or add a metric with at_most or at_least";
    return [
      { severity: "warning", where: "goal", text: `"${word}" can mean anything: nobody can tell when it is reached`, next },
    ];
  }
  if (goal.goal.split(/\s+/).length >= 3) return [];
  const next = "Say in a sentence what shall be true in the end";
  return [{ severity: "warning", where: "goal", text: "says too little to work from", next }];
}

function reviewCriteria(goal: Goal): Finding[] {
  const { judge } = goal.agents;
  if (goal.done.length > 0 && judge.use === "none") {
    const text = `${goal.done.length === 1 ? "a criterion" : `${goal.done.length} criteria`} but nobody to judge: the goal would count as achieved without them`;
    return [
      { severity: "error", where: "done", text, next: "Add agents.judge, or turn each criterion into a command under verify" },
    ];
  }
  if (goal.done.length === 0 && judge.use !== "none") {
    const text = "What should the judge look at beyond the goal itself?";
    return [{ severity: "question", where: "done", text, next: "List the criteria under done; they are judged one by one" }];
  }
  return goal.done.flatMap((criterion, index): Finding[] => {
    const word = vagueWord(criterion, false);
    if (word === undefined) return [];
    const text = `How would two people agree on "${word}" in "${criterion}"?`;
    return [
      { severity: "question", where: `done.${index}`, text, next: "Name what one can look at: a number, a file, a behaviour" },
    ];
  });
}

function reviewChecks(goal: Goal): Finding[] {
  const findings: Finding[] = goal.verify.flatMap(({ run, metric }, index): Finding[] => {
    const where = `verify.${index}`;
    if (/^(true|:|exit 0)$|(\|\||;)\s*(true|:|exit 0)\s*$/.test(run)) {
      return [
        {
          severity: "warning",
          where,
          text: `${run} can never fail, so it proves nothing`,
          next: "Let its exit code tell the result",
        },
      ];
    }
    if (/(^|\s)--watch(All)?(\s|$)/.test(run)) {
      return [{ severity: "warning", where, text: `${run} watches and never ends`, next: "Run it once" }];
    }
    if (metric === undefined || metric.atMost !== undefined || metric.atLeast !== undefined) return [];
    return [
      {
        severity: "question",
        where: `${where}.metric`,
        text: "From which value on is it good enough?",
        next: "Add at_most or at_least",
      },
    ];
  });
  if (goal.verify.length === 0) {
    const text = "Which command would show that it works? A judge alone can be talked round.";
    findings.push({ severity: "question", where: "verify", text, next: "Add a command under verify" });
  } else if (goal.scope.protect.length === 0) {
    const text = "May the agent change the tests it is measured by?";
    findings.push({ severity: "question", where: "scope.protect", text, next: "If not, protect them, such as test/**" });
  }
  return findings;
}

function reviewAgents({ agents, budget }: Goal): Finding[] {
  const { worker, judge } = agents;
  const findings: Finding[] = [];
  if (judge.use === worker.use && judge.use !== "command" && modelOf(judge) === worker.model) {
    const text = `${judge.use} would judge its own work with the same model`;
    findings.push({ severity: "warning", where: "agents.judge", text, next: "Give the judge another agent or model" });
  }
  if (budget.usd !== undefined && worker.use === "codex" && worker.price === undefined) {
    const text = "codex reports no cost, so budget.usd cannot be kept";
    findings.push({
      severity: "warning",
      where: "agents.worker.price",
      text,
      next: "Add agents.worker.price, or limit budget.tokens",
    });
  }
  const silent = judge.use === "codex" || judge.use === "model";
  if (budget.usd !== undefined && silent && judge.price === undefined) {
    const text = `the judge's cost is unknown, so budget.usd does not count it`;
    findings.push({ severity: "warning", where: "agents.judge.price", text, next: "Add agents.judge.price" });
  }
  return findings;
}

function reviewReviewer({ agents, review, budget }: Goal): Finding[] {
  if (review === undefined) return [];
  const { worker, judge } = agents;
  const findings: Finding[] = [];
  if (judge.use === "none" && review.use === worker.use && review.use !== "command" && review.model === worker.model) {
    const text = `${review.use} would review its own work with the same model, and nobody else judges it`;
    findings.push({
      severity: "warning",
      where: "review",
      text,
      next: "Give the reviewer another agent or model, or add a judge",
    });
  }
  if (budget.usd !== undefined && review.use === "codex" && review.price === undefined) {
    const text = "the reviewer's cost is unknown, so budget.usd does not count it";
    findings.push({ severity: "warning", where: "review.price", text, next: "Add review.price" });
  }
  return findings;
}

function modelOf(judge: Judge): string | undefined {
  return judge.use === "none" ? undefined : judge.model;
}

function reviewLimits({ budget }: Goal): Finding[] {
  if (budget.tokens !== undefined || budget.usd !== undefined) return [];
  const text = `What may it cost? ${limitedBy(budget)}`;
  return [{ severity: "question", where: "budget", text, next: "Add tokens or usd" }];
}

function limitedBy({ turns, timeMs }: Goal["budget"]): string {
  if (turns === undefined && timeMs === undefined) return "Nothing limits all subagents together.";
  return `Only turns${turns === undefined ? "" : ` (${turns})`} and time are limited.`;
}
