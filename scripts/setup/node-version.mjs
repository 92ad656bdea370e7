import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @returns a sentence when this Node.js is none that package.json's `engines.node` allows, else null */
export function nodeProblem(root, version = process.versions.node) {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (isAllowed(version, engines.node)) return null;
  return `opfind needs Node.js ${engines.node}, this is ${version} (${process.execPath}). Install Node.js 24 from https://nodejs.org.`;
}

/**
 * Knows the two forms that `engines` uses, `^a.b.c` and `>=a.b.c`: no semver library is there before the install.
 * @public called by tests/scripts/setup.test.ts in a process of its own
 */
export function isAllowed(version, range) {
  const have = version.split(".").map(Number);
  return range.split("||").some((part) => {
    const [, operator, lowest] = /^\s*(\^|>=)(\d+\.\d+\.\d+)\s*$/.exec(part) ?? [];
    if (!lowest) throw new RangeError(`engines.node has a form that set-up does not know: ${part}`);
    const need = lowest.split(".").map(Number);
    return compare(have, need) >= 0 && (operator === ">=" || have[0] === need[0]);
  });
}

function compare(a, b) {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at === -1 ? 0 : a[at] - b[at];
}
