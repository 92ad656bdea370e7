import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ModelEntry } from "../../src/domain/model.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/**
 * An installation of its own, built as it ships but with another list of networks. Their files belong into its folder
 * models/.
 * @returns runs opfind as a person does, off the network
 */
export function installation(home: string, models: readonly ModelEntry[]) {
  for (const part of ["dist", "package.json", "embeddings/starter"])
    cpSync(join(ROOT, part), join(home, part), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(home, "node_modules"));
  mkdirSync(join(home, "models"), { recursive: true });
  writeFileSync(join(home, "models", "manifest.json"), JSON.stringify({ version: 1, models }));
  return (settings: Readonly<Record<string, string>>, ...argv: readonly string[]) => {
    const env = { ...process.env, OPFIND_STARTER: "off", OPFIND_OFFLINE: "1", ...settings };
    const run = spawnSync(process.execPath, [join(home, "dist", "main.js"), ...argv], { env, encoding: "utf8" });
    const lines = run.stdout.split("\n").filter((line) => line.startsWith("{"));
    return { status: run.status, stderr: run.stderr, json: lines.map((line) => JSON.parse(line)) };
  };
}
