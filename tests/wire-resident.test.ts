import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readConfig } from "../src/config.ts";
import { openLog } from "../src/log.ts";
import { openResidentProcess, type ResidentProcess } from "../src/wire-resident.ts";

const NEVER = new AbortController().signal;
const TURN = { lane: "alice" };

const picture = (name: string) => new Uint8Array(readFileSync(`examples/posters/${name}.webp`));
const anime = (anilistId: number, romaji: string) => ({
  anilistId,
  malId: null,
  title: { romaji, english: null, native: null },
});

// The real network, store and index in a folder of their own, without any other service.
const dataDir = mkdtempSync(join(tmpdir(), "opfind-resident-"));
let opened: ResidentProcess;
beforeAll(async () => {
  const config = readConfig({ OPFIND_DATA_DIR: dataDir, OPFIND_OFFLINE: "1", OPFIND_LOG_LEVEL: "silent" });
  const log = openLog({ level: "silent", isPretty: false });
  opened = await openResidentProcess({ config, log, signal: NEVER });
});
afterAll(async () => {
  await opened.close();
  rmSync(dataDir, { recursive: true, force: true });
});

test("what it learns it names at once, and what it forgets it does not know any more", async () => {
  const { resident } = opened;
  const bytes = picture("paper-comet-1");
  expect((await resident.identify(bytes, TURN, NEVER)).verdict.kind).toBe("unknown");
  const poster = {
    bytes,
    file: "comet.webp",
    anime: anime(-7, "Paper Comet"),
    source: "confirmation",
    addedBy: "alice",
  };
  const learned = await resident.learn(poster, TURN, NEVER);
  expect(learned.kind).toBe("added");
  expect((await resident.learn(poster, TURN, NEVER)).kind).toBe("duplicate");
  const { verdict } = await resident.identify(bytes, TURN, NEVER);
  expect(verdict).toMatchObject({ kind: "match", best: { anilistId: -7, posterId: learned.posterId } });
  expect(await resident.labels([learned.posterId], NEVER)).toMatchObject([{ title: "Paper Comet" }]);
  expect(await resident.posterImage(learned.posterId)).toEqual(Buffer.from(bytes));
  expect(await resident.forget(learned.posterId)).toBe(true);
  expect((await resident.identify(bytes, TURN, NEVER)).verdict.kind).toBe("unknown");
  expect(await resident.forget(learned.posterId)).toBe(false);
});

test("answers while it is re-indexed, and after", async () => {
  const { resident } = opened;
  const bytes = picture("velvet-static-1");
  await resident.learn(
    { bytes, file: "a.webp", anime: anime(-8, "Velvet Static"), source: "api", addedBy: null },
    TURN,
    NEVER,
  );
  const done = new Promise<string>((resolve) => {
    resident.reindexing.watch(({ state }) => state !== "running" && resolve(state));
  });
  await resident.reindexing.start({ isFull: true, requestedBy: "alice", reply: null });
  const during = await resident.identify(bytes, TURN, NEVER);
  expect(await done).toBe("done");
  const after = await resident.identify(bytes, TURN, NEVER);
  for (const { verdict } of [during, after]) expect(verdict).toMatchObject({ kind: "match", best: { anilistId: -8 } });
});

test("tells how it stands, in facts and in Prometheus' words", async () => {
  const { resident, metrics } = opened;
  const facts = await resident.facts();
  expect(facts).toMatchObject({ posters: 1, waiting: 0, running: 0, dimension: 256, indexKind: "exact" });
  const page = await metrics.text();
  expect(page).toContain(`opfind_gallery_embeddings ${facts.embeddings}`);
  expect(page).toMatch(/opfind_identifications_total\{verdict="match"\} [1-9]/);
  expect(page).toMatch(/opfind_stage_duration_seconds_count\{stage="decode"\} [1-9]/);
  expect(page).toContain("opfind_reindex_progress_ratio 1");
});

test("finds titles on this machine, and says why it could not ask AniList", async () => {
  const { resident } = opened;
  const [first] = await resident.suggest("cowboy beb", 5, NEVER);
  expect(first?.anilistId).toBe(1);
  const { found, failure } = await resident.findTitle("cowboy bebop", 5, NEVER);
  expect(found[0]?.anilistId).toBe(1);
  expect(failure?.code).toBe("source-offline");
});

test("a broken picture fails with its code", async () => {
  const broken = new TextEncoder().encode("no picture");
  await expect(opened.resident.identify(broken, TURN, NEVER)).rejects.toMatchObject({ code: "image-is-text" });
});

test("a picture given up while it waits is not worked on", async () => {
  const leaving = new AbortController();
  leaving.abort();
  const asked = opened.resident.identify(picture("paper-comet-1"), TURN, leaving.signal);
  await expect(asked).rejects.toMatchObject({ code: "aborted" });
});
