import { Command } from "commander";
import { failureRules } from "../../domain/failure.ts";
import { paintFor, printJson, printLines, type Paint, type Tone } from "../output.ts";
import { renderTable } from "../render-table.ts";
import type { Finding } from "../doctor/finding.ts";

const tones: Readonly<Record<Finding["status"], Tone>> = { ok: "good", warning: "warn", error: "bad" };

export function doctorCommand(): Command {
  return new Command("doctor")
    .description("Check what Baton needs on this machine and say how to mend each fault; exit code 2 when there is an error")
    .option("--json", "print the findings as JSON")
    .action(doctor);
}

async function doctor(options: { json?: boolean }): Promise<void> {
  const findings = await examine();
  if (options.json) printJson({ findings });
  else printLines(render(findings, paintFor(process.stdout)));
  if (findings.some((finding) => finding.status === "error")) process.exitCode = failureRules.Settings.exitCode;
}

async function examine(): Promise<readonly Finding[]> {
  const [{ readSettings }, tools, temporal, services, agents, docker, disk] = await Promise.all([
    import("../../config/settings.ts"),
    import("../doctor/check-tools.ts"),
    import("../doctor/check-temporal.ts"),
    import("../doctor/check-services.ts"),
    import("../doctor/check-agents.ts"),
    import("../doctor/check-docker.ts"),
    import("../doctor/check-disk.ts"),
  ]);
  const settings = readSettings(process.env);
  const groups: (Finding | readonly Finding[])[] = await Promise.all([
    tools.checkGit(),
    temporal.checkTemporal(settings),
    services.checkServices(settings),
    services.checkPorts(),
    agents.checkAgents(),
    docker.checkDocker(),
    disk.checkDisk({ what: "state", path: settings.state.root, variable: "BATON_STATE_DIR" }),
    disk.checkDisk({ what: "cache", path: settings.cache, variable: "BATON_CACHE_DIR" }),
  ]);
  return [tools.checkNode(), ...groups.flat()];
}

function render(findings: readonly Finding[], paint: Paint): readonly string[] {
  const rows = findings.map(({ status, what, detail }) => [paint(tones[status], status), what, detail]);
  return renderTable(rows).flatMap((line, index) => {
    const next = findings[index]?.next;
    return typeof next === "string" ? [line, `         next: ${next}`] : [line];
  });
}
