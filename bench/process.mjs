import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median, round } from "./measure.mjs";

const MAIN = fileURLToPath(new URL("../dist/main.js", import.meta.url));
const TIMES = 7;

/** From the shell's point of view: how long until a verb has answered and the process is gone. */
export function benchStart({ picture, dataDir }) {
  const verbs = { help: ["--help"], identifyOne: ["identify", picture, "--no-songs", "--json"] };
  const env = { ...process.env, OPFIND_DATA_DIR: dataDir, OPFIND_STARTER: "off", OPFIND_OFFLINE: "1" };
  const bare = ["-e", ""];
  return Object.fromEntries(
    Object.entries({ bareNode: bare, ...verbs }).map(([name, args]) => {
      const all = name === "bareNode" ? args : [MAIN, ...args];
      const times = Array.from({ length: TIMES }, () => {
        const since = performance.now();
        const { status, stderr } = spawnSync(process.execPath, all, { env, encoding: "utf8" });
        if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}: ${stderr}`);
        return performance.now() - since;
      });
      return [`${name}P50Ms`, round(median(times), 0)];
    }),
  );
}

/** Resident memory of this process and the most it ever had, in MB; the network's worker thread is part of it. */
export function memory() {
  const most = process.resourceUsage().maxRSS / 1024;
  return { residentMB: round(process.memoryUsage.rss() / 1024 / 1024, 0), mostMB: round(most, 0) };
}

/** What the figures belong to. */
export function machine() {
  const cpu = /model name\s*: (.*)/.exec(safeRead("/proc/cpuinfo"))?.[1] ?? process.arch;
  return { cpu, node: process.version, platform: process.platform };
}

function safeRead(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
