// Makes a clean clone ready to run: dependencies, native modules, build. Plain Node, because nothing is installed yet.
// Called by `npm run demo`, `npm test` and `npm run opfind`; the second run only looks and takes a fraction of a second.
import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { buildProblem, runBuild } from "./setup/build.mjs";
import { installDependencies, installProblem } from "./setup/dependencies.mjs";
import { withLock } from "./setup/lock.mjs";
import { makeNatives, nativesProblem } from "./setup/natives.mjs";
import { nodeProblem } from "./setup/node-version.mjs";
import { SetupError } from "./setup/run.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const isQuiet = process.argv.includes("--quiet");

/** Each step looks first and works only when something is missing; later steps need the earlier ones. */
const STEPS = [
  { look: installProblem, work: installDependencies },
  { look: nativesProblem, work: makeNatives },
  { look: buildProblem, work: runBuild },
];

try {
  const old = nodeProblem(ROOT);
  if (old) throw new SetupError(old);
  if (!STEPS.some(({ look }) => look(ROOT))) {
    if (!isQuiet) say("everything is in place");
  } else {
    requireWritable();
    await withLock(ROOT, say, workThrough);
  }
} catch (error) {
  console.error(`[set-up] ${sentence(error)}`);
  process.exitCode = 1;
}

async function workThrough() {
  const start = performance.now();
  for (const { look, work } of STEPS) {
    const problem = look(ROOT);
    if (problem) await work(ROOT, { say, problem });
  }
  say(`ready after ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Work is always told, on stderr: stdout belongs to the verb that follows. */
function say(text) {
  process.stderr.write(`[set-up] ${text}\n`);
}

function requireWritable() {
  try {
    accessSync(ROOT, constants.W_OK);
  } catch {
    throw new SetupError(
      `${ROOT} is not writable for this user, but something has to be installed or built there. ` +
        "Change its owner, or clone opfind into a folder of your own.",
    );
  }
}

function sentence(error) {
  if (error instanceof SetupError) return error.message;
  if (error.code === "ENOSPC") return "The disk is full. Free about 1 GB, then run the same command again.";
  if (["EACCES", "EPERM", "EROFS"].includes(error.code))
    return `${error.path ?? ROOT} cannot be written: ${error.message}`;
  return `Something unexpected went wrong: ${error.stack}`;
}
