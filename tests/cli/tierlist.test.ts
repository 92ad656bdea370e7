import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { describe, expect, test } from "vitest";
import type { IdentifyWire } from "../../src/cli/identify.ts";
import { openOutput } from "../../src/cli/output.ts";
import { tierlistVerb } from "../../src/cli/tierlist.ts";
import { readConfig } from "../../src/config.ts";
import { OpfindError } from "../../src/errors.ts";
import { openLog } from "../../src/log.ts";
import { uncalibrated } from "../../src/pipeline/calibration.ts";
import type { Embedding, RgbImage } from "../../src/pipeline/ports.ts";
import { drawBoard } from "../support/boards.ts";
import { tempDir } from "../support/temp-dir.ts";

const WEIGHTS = { bias: -4, score: 0, margin: 40, contrast: 0, agreement: 0, size: 0, crowd: 0 };

/** Real segmentation and decisions; the network says "1" to the first `known` pictures and nothing to the others. */
function wireOf(known: number, songsOf?: () => Promise<never>) {
  let seen = 0;
  const asked: number[] = [];
  const embeddingOf = (_: RgbImage): Embedding => (++seen <= known ? Float32Array.of(1, 0) : Float32Array.of(0, 0));
  const wire: IdentifyWire = {
    openGallery: async () => ({
      decode: async () => expect.fail("a board has its own decoding"),
      embedder: {
        modelId: "played",
        dimension: 2,
        device: "cpu",
        embed: async (images) => images.map(embeddingOf),
        close: async () => {},
      },
      index: {
        kind: "played",
        dimension: 2,
        size: 2,
        add: async () => {},
        remove: async () => {},
        search: async (queries) =>
          queries.map(([score = 0]) => [
            { posterId: 1, score },
            { posterId: 2, score: 0 },
          ]),
        close: async () => {},
      },
      calibration: {
        ...uncalibrated("played"),
        weights: { first: WEIGHTS, all: WEIGHTS },
        thresholds: { clear: 0.99, match: 0.9, ambiguous: 0.2 },
        ceiling: 0.999,
      },
      store: {
        labels: async () =>
          new Map([
            [1, { posterId: 1, anilistId: 11, title: "Rock & <Roll>", franchiseId: null }],
            [2, { posterId: 2, anilistId: 12, title: "Other", franchiseId: null }],
          ]),
        embeddingsOf: async () => new Map(),
      },
      close: async () => {},
    }),
    openSongs: async () => ({
      songsOf: async (anilistId) => {
        asked.push(anilistId);
        return songsOf ? await songsOf() : { seasons: [], isCut: false, missing: [] };
      },
      close: async () => {},
    }),
  };
  return { wire, asked };
}

async function run(argv: readonly string[], wire: IdentifyWire) {
  const said = { stdout: "", stderr: "" };
  const output = openOutput({
    stdout: { write: (text) => (said.stdout += text) },
    stderr: Object.assign(Object.create(process.stderr), {
      isTTY: false,
      write: (text: string) => (said.stderr += text),
    }),
    elapsedMs: () => 0,
  });
  const log = openLog({ level: "silent", isPretty: false });
  const context = { config: readConfig({}), log, output, signal: new AbortController().signal };
  await tierlistVerb(context, wire).parseAsync([...argv], { from: "user" });
  return said;
}

async function boardFile() {
  const folder = tempDir();
  const { image, cells } = await drawBoard(
    {
      ...{ width: 96, height: 143, gap: 8, radius: 6, ground: "#18181b", panel: "#27272a", caption: 0 },
      ...{ tiers: [3, 4], columns: 5, label: 120, between: 16, inset: 16 },
    },
    { scale: 1, quality: null, hasChrome: false },
  );
  const { width, height, data } = image;
  const file = join(folder, "board.png");
  writeFileSync(
    file,
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
  return { folder, file, cells, width, height };
}

describe("opfind tierlist", () => {
  test("answers --json with one line: rows with their colours, cells in pixels of the file", async () => {
    const { file, cells } = await boardFile();
    const { stdout } = await run([file, "--json", "--no-songs"], wireOf(2).wire);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({
      file,
      rows: [
        { row: 1, colour: "#ff7f7f" },
        { row: 2, colour: "#ffbf7f" },
      ],
    });
    expect(answer.rows.map((row: { cells: unknown[] }) => row.cells.length)).toEqual([3, 4]);
    expect(answer.rows[0].cells[0]).toMatchObject({ verdict: "match", candidates: [{ anilistId: 11 }, {}] });
    expect(answer.rows[0].cells[2]).toMatchObject({ verdict: "unknown" });
    expect(Math.abs(answer.rows[0].cells[1].box.left - (cells[1]?.left ?? 0))).toBeLessThanOrEqual(2);
    expect(answer).not.toHaveProperty("songs");
  });

  test("asks for the songs of one anime once, however often it is on the board", async () => {
    const { wire, asked } = wireOf(3);
    const { file } = await boardFile();
    const { stdout } = await run([file, "--json"], wire);
    expect(asked).toEqual([11]);
    expect(JSON.parse(stdout).songs).toHaveLength(1);
  });

  test("keeps the names and says why, when the songs cannot be had", async () => {
    const { wire } = wireOf(1, async () => {
      throw new OpfindError("source-down", "AniList is down.");
    });
    const { file } = await boardFile();
    const facts = JSON.parse((await run([file, "--json"], wire)).stdout);
    expect(facts).toMatchObject({ songs: [], withoutSongs: [{ title: "Rock & <Roll>", code: "source-down" }] });
  });

  test("writes a line per picture as CSV, ids and titles for matches alone, and asks for no songs", async () => {
    const { wire, asked } = wireOf(2);
    const { file } = await boardFile();
    const lines = (await run([file, "--format", "csv"], wire)).stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(1 + 7);
    expect(lines[0]).toBe("row,colour,place,left,top,width,height,verdict,confidence,anilistId,title");
    expect(lines[1]).toMatch(/^1,#ff7f7f,1,\d+,\d+,9\d,14\d,match,0\.9\d+,11,Rock & <Roll>$/);
    expect(lines[3]).toMatch(/^1,#ff7f7f,3,.*,unknown,0\.\d+,,$/);
    expect(asked).toEqual([]);
  });

  test("says so instead of writing an empty playlist", async () => {
    const { file } = await boardFile();
    const { stdout, stderr } = await run([file, "--format", "m3u8"], wireOf(1).wire);
    expect(stdout).toBe("");
    expect(stderr).toContain("the playlist is empty");
  });

  test("refuses a playlist without songs, before any work", async () => {
    await expect(run(["board.png", "--format", "m3u8", "--no-songs"], wireOf(0).wire)).rejects.toMatchObject({
      code: "usage",
    });
  });

  test("lists the rows for people", async () => {
    const { file } = await boardFile();
    const { stdout } = await run([file, "--no-songs"], wireOf(2).wire);
    expect(stdout).toContain("2 of 7 pictures named.");
    expect(stdout).toMatch(/Row 1 \(#ff7f7f\)\n {4}1 {2}Rock & <Roll>/);
    expect(stdout).toMatch(/3 {2}unknown/);
  });

  test("writes an annotated copy in the board's own size, titles escaped", async () => {
    const { folder, file, width, height } = await boardFile();
    const out = join(folder, "named.webp");
    await run([file, "--no-songs", "--out", out], wireOf(2).wire);
    expect(await sharp(out).metadata()).toMatchObject({ format: "webp", width, height });
  });

  test("refuses a copy in a format it cannot write, before any work", async () => {
    const { folder, file } = await boardFile();
    const out = join(folder, "named.txt");
    await expect(run([file, "--out", out], wireOf(0).wire)).rejects.toMatchObject({ code: "usage" });
    expect(existsSync(out)).toBe(false);
  });

  test("says so when a picture has no cells", async () => {
    const file = join(tempDir(), "plain.png");
    writeFileSync(
      file,
      await sharp({ create: { width: 300, height: 300, channels: 3, background: "#123456" } })
        .png()
        .toBuffer(),
    );
    expect((await run([file, "--no-songs"], wireOf(0).wire)).stdout).toContain("No cells were found");
  });
});
