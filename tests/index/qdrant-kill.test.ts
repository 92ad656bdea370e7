import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { verifyQdrant } from "../../src/index/qdrant/verify-qdrant.ts";
import { sha256 } from "../support/posters.ts";
import { openInstance, runDouble } from "../support/qdrant.ts";
import { tempDir } from "../support/temp-dir.ts";

/** `npm run test:kill` asks for 50. */
const KILLS = Number(process.env["OPFIND_TEST_KILLS"] ?? 6);
/** Requests after which the last kill comes: some ten posters, and a version amid them. */
const LAST_KILL_REQUESTS = 90;
const ADDER = resolve(import.meta.dirname, "../support/qdrant-adder.mjs");
const live = () => new AbortController().signal;

test(
  `${KILLS} kills amid adding posters and building versions on Qdrant lose no accepted poster and leave no half one`,
  async () => {
    const [{ url, engine, requests }, dataDir] = [await runDouble(), tempDir()];
    const accepted: number[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const words = [ADDER, dataDir, url, String(1 + kill * 1_000)];
      const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
      const lines = createInterface({ input: child.stdout });
      const ready = once(lines, "line");
      lines.on("line", (line) => line.startsWith("accepted ") && accepted.push(Number(line.slice(9))));
      await ready;
      const enough = requests.length + Math.ceil((LAST_KILL_REQUESTS * (kill + 1)) / KILLS);
      await expect.poll(() => requests.length, { interval: 1, timeout: 30_000 }).toBeGreaterThanOrEqual(enough);
      child.kill("SIGKILL");
      await Promise.all([once(child, "exit"), once(lines, "close")]);
    }
    expect(accepted.length).toBeGreaterThan(KILLS);
    expect(engine.aliases.size).toBe(1);
    const { store, points, space, files, openIndex } = await openInstance(url, { dataDir: `${dataDir}/poster_db` });
    const there = new Set<number>();
    for await (const { record, embeddings } of store.whole()) {
      const { posterId, anilistId, sha256: sum } = record.poster;
      expect(embeddings).toHaveLength(2);
      expect(sha256((await store.image(posterId)) ?? new Uint8Array())).toBe(sum);
      there.add(anilistId);
    }
    expect(accepted.filter((number) => !there.has(number))).toEqual([]);
    const index = await openIndex();
    const report = await verifyQdrant({ points, space, files, index }, "model-a", live());
    expect(report).toMatchObject({ isSound: true, unlabelled: 0, missingImages: 0, notFound: 0 });
  },
  60_000 + KILLS * 5_000,
);
