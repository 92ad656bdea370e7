import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openOpfindClient } from "../../clients/typescript/client.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { deferred } from "../support/deferred.ts";
import { stillClock } from "../support/posters.ts";
import { alone, runOpfind, type ServeProcess, startServe } from "../support/serve-process.ts";

const KILLS = Number(process.env["OPFIND_TEST_KILLS"] ?? 50);
/** How long after its first acknowledgement the last process is killed; the moments are spread evenly up to here. */
const LAST_KILL_MS = 600;
const AT_ONCE = 4;

let dataDir: string;
let apiKey: string;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "opfind-kill-"));
  const made = await runOpfind(["keys", "create", "killer", "--role", "admin"], alone(dataDir));
  apiKey = made.trim();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** A small picture of its own for each number. */
async function pictureOf(number: number): Promise<Buffer> {
  const noise = createHash("shake256", { outputLength: 12 * 16 * 3 })
    .update(String(number))
    .digest();
  const raw = { width: 12, height: 16, channels: 3 } as const;
  return await sharp(noise, { raw }).resize(90, 120, { kernel: "nearest" }).png().toBuffer();
}

/** Teaches pictures one after another until the service is gone. @returns what it acknowledged, by checksum */
async function teach(
  { url }: ServeProcess,
  numbers: Iterator<number>,
  onAcknowledged: () => void,
): Promise<ReadonlyMap<string, number>> {
  const client = openOpfindClient({ baseUrl: url, apiKey });
  const acknowledged = new Map<string, number>();
  for (;;) {
    const anilistId = numbers.next().value ?? 0;
    const image = (await pictureOf(anilistId)).toString("base64");
    try {
      const body = { anilistId, title: `Title ${anilistId}`, image };
      const { data, error } = await client.POST("/api/v1/admin/vectors/upsert", { body });
      if (error) throw new RangeError(`${error.code}: ${error.detail}`);
      if (data) acknowledged.set(data.sha256, anilistId);
      onAcknowledged();
    } catch (error) {
      if (error instanceof RangeError) throw error;
      return acknowledged;
    }
  }
}

function* upwards(): Generator<number, number> {
  for (let number = 1; ; number++) yield number;
}

/** What the killed process left, as the next one opens it. */
async function missingOf(acknowledged: ReadonlyMap<string, number>): Promise<readonly number[]> {
  const store = openPosterStore({ dataDir, clock: stillClock() });
  try {
    expect(store.problems()).toEqual([]);
    const stored = new Map<string, number>();
    for await (const { sha256, anilistId, posterId } of store.list()) {
      const bytes = await store.image(posterId);
      if (bytes && createHash("sha256").update(bytes).digest("hex") === sha256) stored.set(sha256, anilistId);
    }
    return [...acknowledged].filter(([sum, anilistId]) => stored.get(sum) !== anilistId).map(([, id]) => id);
  } finally {
    store.close();
  }
}

test(
  `${KILLS} kills -9 during upserts and re-indexes lose nothing that was acknowledged`,
  async () => {
    const acknowledged = new Map<string, number>();
    const numbers = upwards();
    let reindexes = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const service = await startServe(alone(dataDir));
      const client = openOpfindClient({ baseUrl: service.url, apiKey });
      // The last of what was acknowledged before is found by the process that came after the kill.
      const last = [...acknowledged.values()].at(-1);
      if (last !== undefined) {
        const path = { anilistId: String(last) };
        const { response } = await client.GET("/api/v1/search/by-id/{anilistId}", { params: { path } });
        expect([last, response.status]).toEqual([last, 200]);
      }
      if (kill % 2 === 1) {
        const { response } = await client.POST("/api/v1/admin/reindex", { body: { full: true } });
        // A re-index that the last kill interrupted may be going on already.
        expect([202, 409]).toContain(response.status);
        reindexes++;
      }
      const first = deferred();
      const teaching = Array.from({ length: AT_ONCE }, () => teach(service, numbers, () => first.resolve()));
      await Promise.race([first.promise, Promise.all(teaching)]);
      // The moment is the point of this test: spread evenly, hence real time.
      await pause((LAST_KILL_MS * (kill + 1)) / KILLS);
      await service.end("SIGKILL");
      for (const told of await Promise.all(teaching)) for (const [sum, id] of told) acknowledged.set(sum, id);
      expect(await missingOf(acknowledged)).toEqual([]);
    }
    console.info(`${acknowledged.size} upserts were acknowledged, ${reindexes} kills fell into re-indexes`);
    expect(acknowledged.size).toBeGreaterThan(KILLS);
    const after = await startServe(alone(dataDir));
    const client = openOpfindClient({ baseUrl: after.url, apiKey });
    for (const anilistId of [...acknowledged.values()].slice(-5)) {
      const image = (await pictureOf(anilistId)).toString("base64");
      const { data } = await client.POST("/api/v1/search/image", { body: { image, limit: 1 } });
      expect(data?.hits[0]?.anilistId).toBe(anilistId);
    }
    expect(await after.end()).toBe(143);
  },
  KILLS * 15_000,
);
