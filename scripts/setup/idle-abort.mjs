import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A binary compiled by npm itself against Node.js 24.19 or newer loads, and aborts the process later: object-wrap.h.
 * @returns why it has to be compiled again, or null
 */
export function idleAbortProblem(root) {
  const binary = join(root, "node_modules", "better-sqlite3", "build", "Release", "better_sqlite3.node");
  const isHooked = existsSync(binary) && readFileSync(binary).includes("RemoveEnvironmentCleanupHook");
  return isHooked ? "it was compiled in a way that aborts an idle Node.js" : null;
}
