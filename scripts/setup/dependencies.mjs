import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { npm, reason, run, SetupError } from "./run.mjs";

const UNREACHABLE =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ENOTCACHED|network (request|timeout)/i;

/**
 * Compares what is installed with package-lock.json, package by package, through the copy of the lock file that npm
 * leaves in node_modules when an install was completed.
 * @returns why an install is needed, or null
 */
export function installProblem(root) {
  const hidden = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return "node_modules is missing or was left incomplete";
  const wanted = readPackages(join(root, "package-lock.json"));
  const present = readPackages(hidden);
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path === "") continue;
    const isHere = present[path] !== undefined && existsSync(join(root, path, "package.json"));
    if (isHere && present[path].version !== version) return `${path} is ${present[path].version}, wanted is ${version}`;
    // Optional packages are those of other platforms: absent on purpose.
    if (!isHere && !(optional && present[path] === undefined)) return `${path} is missing`;
  }
  const foreign = Object.keys(present).find((path) => !isForThisPlatform(present[path]));
  return foreign ? `${foreign} is for another platform` : null;
}

function isForThisPlatform({ os, cpu }) {
  return (!os || os.includes(process.platform)) && (!cpu || cpu.includes(process.arch));
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, "utf8")).packages;
}

/**
 * `npm install` held to the lock file, and not `npm ci`: the latter refuses a lock file that lacks other platforms'
 * optional packages (npm/cli issue 9846), and the lock was written where these could not be had.
 * Packages' own install scripts stay off: some download from places that may be unreachable, and one failure would
 * undo the whole install. What they would do is done by ./natives.mjs, step by step.
 */
export async function installDependencies(root, { say, problem }) {
  say(`installing the dependencies: ${problem}`);
  const [command, args] = npm();
  const options = ["--no-save", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--prefer-offline"];
  const { ok, tail } = await run(command, [...args, "install", ...options], { cwd: root, say, doing: "installing" });
  if (ok) return;
  if (UNREACHABLE.test(tail)) {
    throw new SetupError(
      `npm could not reach its registry. Connect to the network and run the same command again.${reason(tail)}`,
    );
  }
  throw new SetupError(`npm install failed:${reason(tail)}`);
}
