import { join } from "node:path";
import { writeFiles } from "./repository.ts";

/** Settings that git commands of programs trip over. Only Baton and the agents see them. */
export function awkwardGitConfig(root: string): string {
  const hooks = join(root, "hooks");
  const hook = `#!/bin/sh\ntouch '${join(root, "hook-ran")}'\nexit 1\n`;
  const names = [
    "pre-commit",
    "post-checkout",
    "reference-transaction",
    "post-index-change",
    "pre-push",
    "post-merge",
    "fsmonitor",
  ];
  writeFiles(hooks, Object.fromEntries(names.map((name) => [name, hook])));
  return `[user]\n\tname = Ann\n\temail = ann@example.org
[core]\n\thooksPath = ${hooks}\n\tfsmonitor = ${join(hooks, "fsmonitor")}\n\tautocrlf = true\n\tsafecrlf = true\n\tquotePath = true
\tpager = false\n\teditor = false\n\tsplitIndex = true\n\tabbrev = 4\n\tfileMode = false
[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n[gpg]\n\tprogram = false\n[init]\n\ttemplateDir = ${root}/nowhere\n\tdefaultBranch = odd
[alias]\n\tadd = !false\n\tst = status\n[diff]\n\texternal = false\n\tnoprefix = true\n\trenames = copies\n[color]\n\tui = always
[status]\n\tshowUntrackedFiles = no\n\tshort = true\n[transfer]\n\tfsckObjects = true\n[submodule]\n\trecurse = true
[safe]\n\tbareRepository = explicit\n[log]\n\tshowSignature = true\n[i18n]\n\tcommitEncoding = latin1\n[advice]\n\tdetachedHead = true
[merge]\n\tff = false\n[push]\n\tfollowTags = true\n[gc]\n\tauto = 1\n[feature]\n\tmanyFiles = true\n`;
}

/** Settings for the test's own git, which Baton gives to nobody. */
export function quietGitEnvironment(): Record<string, string> {
  const settings = [
    "commit.gpgSign=false",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.safecrlf=false",
  ];
  settings.push("core.splitIndex=false", "core.fileMode=true", "diff.external=", "color.ui=never", "submodule.recurse=false");
  settings.push(
    "safe.bareRepository=all",
    "core.quotePath=false",
    "status.showUntrackedFiles=all",
    "diff.noprefix=false",
    "log.showSignature=false",
  );
  const entries = settings.flatMap((setting, at) => {
    const cut = setting.indexOf("=");
    return [
      [`GIT_CONFIG_KEY_${at}`, setting.slice(0, cut)],
      [`GIT_CONFIG_VALUE_${at}`, setting.slice(cut + 1)],
    ];
  });
  return { GIT_CONFIG_COUNT: String(settings.length), ...(Object.fromEntries(entries) as Record<string, string>) };
}
