import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { opfind } from "../support/opfind.ts";
import { tempDir } from "../support/temp-dir.ts";

const EXAMPLES = resolve(import.meta.dirname, "../../examples");
const POSTERS = readdirSync(join(EXAMPLES, "posters")).filter((name) => name.endsWith(".webp"));
const QUERIES = [
  ...POSTERS.filter((_, at) => at % 3 === 0).map((name) => join(EXAMPLES, "posters", name)),
  ...readdirSync(join(EXAMPLES, "strangers")).map((name) => join(EXAMPLES, "strangers", name)),
];
/** A slow machine that does other things as well. */
const PATIENCE_MS = 180_000;

/** Everything of an answer but how long it took. */
function answers(dataDir: string): readonly unknown[] {
  const { stdout } = opfind(dataDir, "identify", "--no-songs", "--json", ...QUERIES);
  const lines = stdout.trim().split("\n");
  expect(lines).toHaveLength(QUERIES.length);
  return lines.map((line) => {
    const { timings: _, ...answer } = z.looseObject({}).parse(JSON.parse(line));
    return answer;
  });
}

test(
  "a folder restored from a backup answers the same queries the same way, at every moment",
  () => {
    const [dataDir, archive] = [tempDir(), tempDir()];
    expect(opfind(dataDir, "posters", "import", join(EXAMPLES, "posters")).status).toBe(0);
    const full = answers(dataDir);
    const first = opfind(dataDir, "backup", "--out", archive, "--json");
    expect(JSON.parse(first.stdout)).toMatchObject({ kind: "base", images: POSTERS.length, unreadable: [] });
    expect(opfind(dataDir, "posters", "remove", "1", "2", "3", "4").status).toBe(0);
    const fewer = answers(dataDir);
    expect(fewer).not.toEqual(full);
    expect(opfind(dataDir, "backup", "--out", archive).stdout).toMatch(/^\d+ changes are backed up/);
    expect(opfind(dataDir, "backup", "verify", archive).stdout).toMatch(/every moment from .* to /);

    const [newest, earlier] = [tempDir(), tempDir()];
    expect(opfind(newest, "restore", archive).stdout).toMatch(/^23 posters, \d+ embeddings and 23 pictures are back/);
    expect(answers(newest)).toEqual(fewer);
    const start = z.object({ position: z.int() }).parse(JSON.parse(first.stdout)).position;
    expect(opfind(earlier, "restore", archive, "--at", String(start), "--json").status).toBe(0);
    expect(answers(earlier)).toEqual(full);
    expect(opfind(earlier, "index", "verify").status).toBe(0);
    // Nothing is ever written over.
    expect(opfind(earlier, "restore", archive, "--json")).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/"code":"restore-refused"/),
    });
  },
  PATIENCE_MS,
);

test(
  "backup and restore say what is wrong in one sentence, with its code",
  () => {
    const [dataDir, archive] = [tempDir(), tempDir()];
    const code = (...argv: readonly string[]) => {
      const { status, stdout } = opfind(dataDir, ...argv, "--json");
      return [status, z.looseObject({ code: z.string() }).parse(JSON.parse(stdout)).code];
    };
    expect(code("backup", "--out", archive)).toEqual([1, "backup-missing"]);
    expect(code("backup", "verify", archive)).toEqual([1, "backup-missing"]);
    expect(code("restore", archive)).toEqual([1, "backup-missing"]);
    expect(code("restore", archive, "--at", "yesterday")).toEqual([2, "usage"]);
    expect(code("backup", "--keep-days", "0")).toEqual([2, "usage"]);
  },
  PATIENCE_MS,
);
