import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const MAIN = resolve(import.meta.dirname, "../../dist/main.js");
/** A slow machine that does other things as well; the demo itself takes some five seconds. */
const PATIENCE_MS = 120_000;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "opfind-demo-run-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test(
  "the demo names every spoiled poster, knows no stranger, and leaves only its contact sheet behind",
  () => {
    const env = { ...process.env, OPFIND_DATA_DIR: join(folder, "data"), TMPDIR: folder };
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "demo"], { env, encoding: "utf8" });
    expect(stdout.match(/ ✗ .*/g) ?? [], stderr).toEqual([]);
    expect(stdout).toMatch(/14 of 14 answers are right/);
    expect(stdout).toMatch(/Season 2[\s\S]*Second Wick[\s\S]*Every Ship Comes Home/);
    expect(status).toBe(0);
    expect(existsSync(join(folder, "data", "reports", "demo.png"))).toBe(true);
    expect(readdirSync(folder)).toEqual(["data"]);
    expect(readdirSync(join(folder, "data"))).toEqual(["reports"]);
  },
  PATIENCE_MS,
);
