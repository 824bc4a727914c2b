import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { bundleWorkflowCode, DefaultLogger } from "@temporalio/worker";

const [entry, target] = process.argv.slice(2);
const { code } = await bundleWorkflowCode({ workflowsPath: resolve(entry), logger: new DefaultLogger("WARN") });
writeFileSync(target, code);
