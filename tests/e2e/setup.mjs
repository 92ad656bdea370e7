// Installs what the end-to-end tests need besides the checkout's own packages: a local Discord, 130 MB, which nobody
// who uses or builds opfind has to carry. The second run only looks.
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { installDependencies, installProblem } from "../../scripts/setup/dependencies.mjs";
import { withLock } from "../../scripts/setup/lock.mjs";
import { SetupError } from "../../scripts/setup/run.mjs";

const FOLDER = dirname(fileURLToPath(import.meta.url));

try {
  if (installProblem(FOLDER)) await withLock(FOLDER, say, install);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`[e2e set-up] ${error.message}`);
  process.exitCode = 1;
}

async function install() {
  const problem = installProblem(FOLDER);
  if (!problem) return;
  say("the end-to-end tests bring their own packages, about 130 MB below tests/e2e");
  await installDependencies(FOLDER, { say, problem });
}

function say(text) {
  process.stderr.write(`[e2e set-up] ${text}\n`);
}
