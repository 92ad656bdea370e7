import { spawn } from "node:child_process";

/** A failure with a sentence for the person. */
export class SetupError extends Error {}

/** A silent child is mentioned this often, so that nobody takes a long compile for a hang. */
const HEARTBEAT_MS = 10_000;
const MOST_LINES = 6;

/**
 * Runs a command to its end. Its output is kept back and only its tail is given, for the error message.
 * @returns {Promise<{ ok: boolean, tail: string }>}
 */
export async function run(command, args, { cwd, say, doing, env = {}, timeoutMs }) {
  const start = performance.now();
  const child = spawn(command, args, {
    cwd,
    // Under `npm run -s` a second npm inherits the silence, and its failure would have no reason.
    env: { ...process.env, npm_config_loglevel: "notice", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
    shell: process.platform === "win32" && !command.endsWith(".exe"),
  });
  const kill = () => child.kill();
  process.on("exit", kill);
  let tail = "";
  const keep = (chunk) => {
    tail = (tail + chunk).slice(-8_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const heart = setInterval(() => say(`still ${doing} (${seconds(start)})`), HEARTBEAT_MS);
  try {
    return await new Promise((resolve) => {
      child.on("error", (error) => resolve({ ok: false, tail: error.message }));
      child.on("close", (code) => resolve({ ok: code === 0, tail: tail.trim() }));
    });
  } finally {
    clearInterval(heart);
    process.off("exit", kill);
  }
}

function seconds(start) {
  return `${Math.round((performance.now() - start) / 1000)} s`;
}

/** npm as it was called, so that `npm test` and set-up use the same one; `npm` from the path otherwise. */
export function npm() {
  const script = process.env.npm_execpath ?? "";
  return /npm-cli\.c?js$/.test(script) ? [process.execPath, [script]] : ["npm", []];
}

/** The lines of a failed command that say why, few enough to read. */
export function reason(tail) {
  const lines = tail
    .split("\n")
    .filter((line) => line.trim() && !/^npm (warn|notice)|complete log|debug-0/i.test(line));
  const telling = lines.filter((line) => /error|cannot|failed|denied|missing/i.test(line));
  const shown = telling.length > 0 ? telling.slice(0, MOST_LINES) : lines.slice(-MOST_LINES);
  return shown.map((line) => `\n    ${line.trim()}`).join("");
}
