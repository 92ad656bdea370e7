import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { openVectorIndex } from "../../src/index/open-index.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { snapshotPlace } from "../../src/index/snapshot.ts";
import { verifyIndex } from "../../src/index/verify-index.ts";
import { hasFaiss } from "../support/faiss.ts";
import { sha256, stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

/** `npm run test:kill` asks for 50. */
const KILLS = Number(process.env["OPFIND_TEST_KILLS"] ?? 8);
const POSTERS = 60;
/** How long after its beginning the last kill of each phase comes. */
const LAST_KILL_MS = { import: 500, build: 250 };
const IMPORTER = resolve(import.meta.dirname, "../support/importer.mjs");
const kinds = (await hasFaiss()) ? (["exact", "faiss-flat"] as const) : (["exact"] as const);
const live = () => new AbortController().signal;

function writeCovers(folder: string, first: number, { count = POSTERS, bytes = 200 } = {}): string {
  mkdirSync(folder, { recursive: true });
  const rows = Array.from({ length: count }, (_, i) => ({
    file: `${first + i}.jpg`,
    title: `T${i}`,
    anilistId: first + i,
  }));
  for (const { file, anilistId } of rows) writeFileSync(join(folder, file), `picture ${anilistId} `.padEnd(bytes, "."));
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(rows));
  return folder;
}

/** Starts the importer; `lines` grows until it has ended. */
function startImporter(args: readonly string[], limit?: string) {
  const words = [process.execPath, IMPORTER, ...args];
  const child = limit
    ? spawn("bash", ["-c", `${limit}; exec "$@"`, "bash", ...words], { stdio: ["ignore", "pipe", "inherit"] })
    : spawn(process.execPath, words.slice(1), { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const ready = new Promise<void>((done) => {
    reader.on("line", (line) => {
      lines.push(line);
      done();
    });
  });
  const read = new Promise<void>((done) => void reader.on("close", done));
  const ended = new Promise<void>((done) => void child.on("exit", () => done())).then(() => read);
  return { child, lines, ready, ended };
}

/** Opens what a killed process left behind, as the next process would, and looks at all of it. */
async function inspect(
  dataDir: string,
  accepted: ReadonlyMap<string, number>,
  preference: "exact" | "faiss" = "exact",
) {
  const store = openPosterStore({ dataDir, clock: stillClock() });
  try {
    expect(store.problems()).toEqual([]);
    let posters = 0;
    for await (const { posterId, sha256: sum } of store.list()) {
      posters++;
      expect(sha256((await store.image(posterId)) ?? new Uint8Array())).toBe(sum);
      expect(store.embedded(posterId)).toHaveLength(3);
    }
    for (const [sum, anilistId] of accepted) expect(await store.has(sum, anilistId, "model-a"), sum).toBe(true);
    const log = { info: () => {}, warn: () => {} };
    const deps = { store, modelId: "model-a", dimension: 64, dataDir, preference, log, clock: stillClock() };
    const index = await openVectorIndex(deps, live());
    expect(index.size).toBe(posters * 3);
    await index.close();
    const report = await verifyIndex(snapshotPlace(dataDir, "model-a", 64), store, live());
    expect(report).toMatchObject({ isSound: true });
    return posters;
  } finally {
    store.close();
  }
}

function acceptedIn(lines: readonly string[]): readonly (readonly [string, number])[] {
  return lines.flatMap((line) => {
    const [word, sum = "", id] = line.split(" ");
    return word === "accepted" ? [[sum, Number(id)] as const] : [];
  });
}

describe.each(kinds)("kill -9 at any moment of import and index build (%s)", (kind) => {
  const kills = Math.ceil(KILLS / kinds.length);

  test(
    `${kills} kills lose no accepted poster, leave no half row, and need no repair`,
    async () => {
      const dataDir = tempDir();
      const covers = tempDir();
      const accepted = new Map<string, number>();
      const moments: string[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const folder = writeCovers(join(covers, String(kill)), 1 + kill * POSTERS);
        const { child, lines, ready, ended } = startImporter([dataDir, folder, kind, "forever"]);
        const phase = kill % 2 === 0 ? "import" : "build";
        if (phase === "import") await ready;
        else await expect.poll(() => lines.join(), { timeout: 30_000, interval: 1 }).toMatch(/imported/);
        // The moment is the point of this test: spread evenly, hence real time.
        await pause((LAST_KILL_MS[phase] * kill) / kills);
        child.kill("SIGKILL");
        await ended;
        for (const [sum, id] of acceptedIn(lines)) accepted.set(sum, id);
        moments.push(lines.at(-1)?.split(" ")[0] ?? "");
        expect(lines.filter((line) => line.startsWith("failed"))).toEqual([]);
        await inspect(dataDir, accepted, kind === "exact" ? "exact" : "faiss");
      }
      console.info(`killed after: ${moments.join(", ")}; ${accepted.size} posters were accepted`);
      expect(accepted.size).toBeGreaterThan(0);
    },
    KILLS * 10_000,
  );
});

test("a killed import goes on where it stopped", async () => {
  const [dataDir, folder] = [tempDir(), writeCovers(tempDir(), 1)];
  const first = startImporter([dataDir, folder, "exact", "once"]);
  await expect.poll(() => acceptedIn(first.lines).length, { timeout: 20_000, interval: 1 }).toBeGreaterThan(4);
  first.child.kill("SIGKILL");
  await first.ended;
  const second = startImporter([dataDir, folder, "exact", "once"]);
  await second.ended;
  const [, added, duplicates] = second.lines.find((line) => line.startsWith("imported"))?.split(" ") ?? [];
  expect(Number(added) + Number(duplicates)).toBe(POSTERS);
  expect(Number(duplicates)).toBeGreaterThanOrEqual(acceptedIn(first.lines).length);
  expect(await inspect(dataDir, new Map(acceptedIn(first.lines)))).toBe(POSTERS);
});

test("two processes that import and index one folder at once end with every poster once", async () => {
  const [dataDir, folder] = [tempDir(), writeCovers(tempDir(), 1)];
  const both = [1, 2].map(() => startImporter([dataDir, folder, "exact", "once"]));
  await Promise.all(both.map(({ ended }) => ended));
  const counts = both.map(
    ({ lines }) =>
      lines
        .find((line) => line.startsWith("imported"))
        ?.split(" ")
        .map(Number) ?? [],
  );
  expect(counts.reduce((sum, [, added = 0]) => sum + added, 0)).toBe(POSTERS);
  expect(both.map(({ lines }) => lines.at(-1))).toEqual(["built 0", "built 0"]);
  expect(await inspect(dataDir, new Map(acceptedIn(both[0]?.lines ?? [])))).toBe(POSTERS);
});

test.skipIf(process.platform !== "linux")("a full disk stops an import with its code, and loses nothing", async () => {
  const [dataDir, folder] = [tempDir(), writeCovers(tempDir(), 1, { count: 150 })];
  // No file may grow beyond 1 MB: to SQLite that looks like a disk without room.
  const { lines, ended } = startImporter([dataDir, folder, "exact", "once"], "ulimit -f 1000");
  await ended;
  expect(lines.at(-1)).toBe("failed disk-full");
  const accepted = acceptedIn(lines);
  expect(accepted.length).toBeGreaterThan(10);
  expect(await inspect(dataDir, new Map(accepted))).toBeGreaterThanOrEqual(accepted.length);
  const second = startImporter([dataDir, folder, "exact", "once"]);
  await second.ended;
  expect(await inspect(dataDir, new Map(accepted))).toBe(150);
});

test.skipIf(kinds.length < 2)("FAISS's process ends with its parent, also when that is killed", async () => {
  const [dataDir, folder] = [tempDir(), writeCovers(tempDir(), 1, { count: 3 })];
  const { child, lines, ended } = startImporter([dataDir, folder, "faiss-flat", "forever"]);
  await expect
    .poll(() => lines.filter((line) => line.startsWith("built")).length, { timeout: 20_000 })
    .toBeGreaterThan(0);
  child.kill("SIGKILL");
  await ended;
  const pids = lines.flatMap((line) => (line.startsWith("built") ? [Number(line.split(" ")[1])] : []));
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
