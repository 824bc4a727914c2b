import { keepStart, oneLine } from "./bounded-text.ts";
import { budgetLines } from "./budget-lines.ts";
import { cell, inert } from "./markdown.ts";
import { metricText } from "./quantities.ts";
import { findingText } from "./review.ts";
import { countsText } from "./fan-out/task-counts.ts";
import { storyPart } from "./story.ts";
import { settledStatuses, type ThreadView } from "./thread-view.ts";

const detailsBytes = 8_000;
const shown = 20;

/** What Temporal UI shows on top of a thread's page: Markdown without HTML and images, at most 8 kB. */
export function currentDetails(view: ThreadView): string {
  const parts = [
    inert(oneLine(view.goal, 600)),
    statusPart(view),
    questionsPart(view),
    subagentsPart(view),
    checksPart(view),
    reviewPart(view),
    verdictPart(view),
    storyPart(view),
    budgetPart(view),
    workPart(view),
    steeringPart(view),
  ];
  return keepStart(parts.filter((part) => part !== "").join("\n\n"), detailsBytes);
}

function statusPart(view: ThreadView): string {
  const where = view.host === null ? "" : ` on ${inert(view.host)}`;
  const turn =
    view.turn === 0 || view.doing.includes(`turn ${view.turn}`)
      ? ""
      : ` · turn ${view.turn}${view.attempt > 1 ? `, attempt ${view.attempt}` : ""}`;
  const doing = view.doing === "" || view.doing === view.status ? "" : ` · ${inert(view.doing)}`;
  const reason = view.reason === "" ? "" : `\n\n${inert(oneLine(view.reason, 400))}`;
  return `**${view.status}**${doing}${turn} · ${inert(view.agent)}${where}${reason}`;
}

function questionsPart({ id, questions }: ThreadView): string {
  if (questions.length === 0) return "";
  const texts = questions.slice(0, 5).map((question) => {
    const facts = question.facts.slice(0, 5).map((fact) => `  - ${inert(oneLine(fact, 200))}`);
    return [
      `- **${question.id}** ${inert(oneLine(question.text, 400))}`,
      ...facts,
      `  - next: ${inert(oneLine(question.next, 300))}`,
    ].join("\n");
  });
  const choices = [...new Set(questions.flatMap((question) => question.choices))];
  const answers = choices.map((choice) => `\`baton answer ${id} ${choice}\``).join(" or ");
  return `### Waits for a person\n\n${texts.join("\n")}\n\nAnswer with ${answers}.`;
}

function subagentsPart({ subagents, tree, id }: ThreadView): string {
  const above = tree === undefined ? "" : `Subagent of \`${tree.parent}\` for ${inert(oneLine(tree.task, 80))}`;
  const below = subagents === undefined ? "" : `### Subagents\n\n${countsText(subagents)} · \`baton tree ${id}\``;
  return [above, below].filter((part) => part !== "").join("\n\n");
}

function checksPart({ checks }: ThreadView): string {
  if (checks.length === 0) return "";
  const rows = checks.slice(0, shown).map((check) => {
    const metric = check.metric === undefined ? "" : metricText(check.metric);
    return `| ${cell(oneLine(check.name, 60))} | ${check.status} | ${cell(metric)} | ${cell(oneLine(check.reason ?? "", 120))} |`;
  });
  const more = checks.length > shown ? [`| … ${checks.length - shown} more | | | |`] : [];
  return ["### Checks", "", "| check | status | metric | why |", "|---|---|---|---|", ...rows, ...more].join("\n");
}

function reviewPart({ review }: ThreadView): string {
  if (review === undefined || review.outcome === "not reviewed") return "";
  const { outcome, reviewer, round, rounds, findings } = review;
  const lines = findings
    .slice(0, shown)
    .map((finding) => `- **${finding.blocking ? "blocking" : "remark"}** ${inert(oneLine(findingText(finding), 300))}`);
  const head = `**${outcome}** by ${inert(reviewer)}, findings went back ${round} of ${rounds} times`;
  return ["### Review", "", head, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

function verdictPart({ verdict }: ThreadView): string {
  if (verdict === null) return "";
  const lines = verdict.criteria
    .slice(0, shown)
    .map(
      ({ criterion, status, evidence }) => `- **${status}** ${inert(oneLine(criterion, 160))}: ${inert(oneLine(evidence, 200))}`,
    );
  const reason = verdict.reason === "" ? "" : `: ${inert(oneLine(verdict.reason, 300))}`;
  return [`### Judge`, "", `**${verdict.overall}**${reason}`, ...(lines.length === 0 ? [] : ["", ...lines])].join("\n");
}

function budgetPart({ budget, spent }: ThreadView): string {
  const lines = budgetLines(budget, spent).map(({ name, used, limit, share }) => {
    const text = `${name}: ${used}${limit === null ? "" : ` of ${limit}`}`;
    return share === null ? `- ${text}` : `- ${bar(share)} ${text} (${percent(share)})`;
  });
  return lines.length === 0 ? "" : `### Budget\n\n${lines.join("\n")}`;
}

function percent(share: number): string {
  return share > 9.99 ? "over 999 %" : `${Math.round(share * 100)} %`;
}

function bar(share: number): string {
  const full = Math.min(10, Math.max(0, Math.round(share * 10)));
  return `\`${"█".repeat(full)}${"░".repeat(10 - full)}\``;
}

function workPart(view: ThreadView): string {
  const commit = view.checkpoint === null ? "no commit yet" : `commit \`${view.checkpoint.commit.slice(0, 12)}\``;
  const files = view.changes === null ? "" : ` · ${view.changes.files} ${view.changes.files === 1 ? "file" : "files"} changed`;
  const delivered = view.delivered ? "" : " (not in your repository yet)";
  return `### Work\n\nBranch \`${view.branch}\`${delivered} · ${commit}${files} · from \`${view.base.slice(0, 12)}\` of ${inert(view.repository)}`;
}

function steeringPart({ id, status, steering }: ThreadView): string {
  if (settledStatuses.includes(status))
    return `### Look at it\n\n\`baton show ${id}\` · \`baton diff ${id}\` · \`baton logs ${id}\``;
  const waiting = steering.length === 0 ? "" : `\n\nFor the next turn: ${inert(oneLine(steering.join(" / "), 400))}`;
  const commands = [`steer ${id} "…"`, `pause ${id}`, `resume ${id}`, `stop ${id}`, `budget ${id} --turns +5`, `logs -f ${id}`];
  return `### Steer it\n\n${commands.map((command) => `\`baton ${command}\``).join(" · ")}${waiting}`;
}
