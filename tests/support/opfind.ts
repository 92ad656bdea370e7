import { spawnSync } from "node:child_process";
import { resolve } from "node:path";

const MAIN = resolve(import.meta.dirname, "../../dist/main.js");

/** Runs opfind as a person does, on a data folder of its own and off the network. */
export function opfind(dataDir: string, ...argv: readonly string[]) {
  const env = { ...process.env, OPFIND_DATA_DIR: dataDir, OPFIND_STARTER: "off", OPFIND_OFFLINE: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...argv], { env, encoding: "utf8" });
  return { status, stdout, stderr };
}
