import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { type IdentifyWire, identifyVerb } from "../../src/cli/identify.ts";
import { openOutput } from "../../src/cli/output.ts";
import { readConfig } from "../../src/config.ts";
import { OpfindError } from "../../src/errors.ts";
import { openLog } from "../../src/log.ts";
import { uncalibrated } from "../../src/pipeline/calibration.ts";
import { decodeImage } from "../../src/pipeline/decode.ts";
import type { Embedding, RgbImage } from "../../src/pipeline/ports.ts";
import { plain } from "../support/images.ts";
import { tempDir } from "../support/temp-dir.ts";

const WEIGHTS = { bias: -4, score: 0, margin: 40, contrast: 0, agreement: 0, size: 0, crowd: 0 };

interface Scene {
  readonly size?: number;
  readonly songsOf?: () => Promise<never>;
}

/** Real files and decoding; the network sees a picture's mean colour, and the gallery holds a red and a blue poster. */
function wireOf({ size = 2, songsOf }: Scene = {}) {
  const closed: string[] = [];
  const posters = [Float32Array.of(1, 0, 0), Float32Array.of(0, 0, 1)].slice(0, size);
  const colourOf = ({ data }: RgbImage): Embedding => {
    const colour = Float32Array.of(data[0] ?? 0, data[1] ?? 0, data[2] ?? 0);
    const length = Math.hypot(...colour) || 1;
    return colour.map((value) => value / length);
  };
  const cosine = (a: Embedding, b: Embedding) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  const wire: IdentifyWire = {
    openGallery: async () => ({
      decode: decodeImage,
      embedder: {
        modelId: "played",
        dimension: 3,
        device: "cpu",
        embed: async (images) => images.map(colourOf),
        close: async () => {},
      },
      index: {
        kind: "played",
        dimension: 3,
        size,
        add: async () => {},
        remove: async () => {},
        search: async (queries) =>
          queries.map((query) =>
            posters
              .map((poster, at) => ({ posterId: at + 1, score: cosine(poster, query) }))
              .sort((a, b) => b.score - a.score),
          ),
        close: async () => {},
      },
      calibration: {
        ...uncalibrated("played"),
        weights: { first: WEIGHTS, all: WEIGHTS },
        thresholds: { clear: 0.99, match: 0.9, ambiguous: 0.2 },
        ceiling: 0.999,
      },
      store: {
        labels: async (ids) =>
          new Map(
            [
              { posterId: 1, anilistId: 1, title: "Red", franchiseId: null },
              { posterId: 2, anilistId: 2, title: "Blue", franchiseId: null },
            ]
              .filter(({ posterId }) => ids.includes(posterId))
              .map((label) => [label.posterId, label]),
          ),
        embeddingsOf: async () => new Map(),
      },
      close: async () => void closed.push("gallery"),
    }),
    openSongs: async () => ({
      songsOf: songsOf ?? (async () => ({ seasons: [], isCut: false, missing: [] })),
      close: async () => void closed.push("songs"),
    }),
  };
  return { wire, closed };
}

async function run(argv: readonly string[], { wire, stdin = "" }: { wire: IdentifyWire; stdin?: string }) {
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
  await identifyVerb(context, wire, Readable.from([stdin])).parseAsync([...argv], { from: "user" });
  const lines = said.stdout.trim().split("\n");
  return { ...said, lines, exitCode: process.exitCode };
}

const json = (lines: readonly string[]) => lines.map((line) => JSON.parse(line));

async function pictures() {
  const folder = tempDir();
  const save = async (name: string, colour: string) => {
    const file = join(folder, name);
    writeFileSync(file, await plain(60, 90, colour).png().toBuffer());
    return file;
  };
  const broken = join(folder, "broken.png");
  writeFileSync(broken, "this is no picture");
  return {
    red: await save("red.png", "#ff0000"),
    blue: await save("blue.png", "#0000ff"),
    mixed: await save("mixed.png", "#ff00ff"),
    broken,
  };
}

afterEach(() => {
  process.exitCode = undefined;
});

describe("opfind identify --json", () => {
  test("prints one line per file in the order given, and goes on after a broken one", async () => {
    const { red, blue, broken } = await pictures();
    const { lines, exitCode } = await run(["--json", "--no-songs", blue, broken, red], wireOf());
    const answers = json(lines);
    expect(answers.map(({ file, verdict }) => [file, verdict])).toEqual([
      [blue, "match"],
      [broken, "error"],
      [red, "match"],
    ]);
    expect(answers[0]).toMatchObject({ candidates: [{ anilistId: 2, title: "Blue", score: 1 }, { anilistId: 1 }] });
    expect(answers[0].confidence).toBe(answers[0].candidates[0].confidence);
    expect(Object.keys(answers[0].timings)).toEqual(["decode", "trim", "embed", "search", "decide"]);
    expect(answers[1]).toMatchObject({ candidates: [], code: expect.stringMatching(/^image-/) });
    expect(answers[1].message).toMatch(/\.$/);
    expect(exitCode).toBeUndefined();
  });

  test("says unknown of a picture that is like none more than another", async () => {
    const { mixed } = await pictures();
    const { lines } = await run(["--json", mixed], wireOf());
    expect(json(lines)[0]).toMatchObject({ verdict: "unknown" });
    expect(json(lines)[0]).not.toHaveProperty("songs");
  });

  test("ends with exit code 1 when every file failed", async () => {
    const { broken } = await pictures();
    const { lines, exitCode } = await run(["--json", broken, "/nowhere/at/all.png"], wireOf());
    expect(json(lines).map(({ code }) => code)).toEqual([expect.stringMatching(/^image-/), "file-missing"]);
    expect(exitCode).toBe(1);
  });

  test("reads names from stdin, one per line", async () => {
    const { red, blue } = await pictures();
    const { lines } = await run(["--json", "--no-songs", "-"], { ...wireOf(), stdin: `${red}\n\n${blue}\n` });
    expect(json(lines).map(({ file }) => file)).toEqual([red, blue]);
  });

  test("takes names from stdin with their own blanks and with the line ends of Windows", async () => {
    const { red } = await pictures();
    const blank = `${red} `;
    copyFileSync(red, blank);
    const { lines } = await run(["--json", "--no-songs", "-"], { ...wireOf(), stdin: `${blank}\r\n \r\n${red}\r\n` });
    expect(json(lines).map(({ file, verdict }) => [file, verdict])).toEqual([
      [blank, "match"],
      [red, "match"],
    ]);
  });

  test("adds the songs of a match, and says why they are missing when they are", async () => {
    const { red } = await pictures();
    const answered = json((await run(["--json", red], wireOf())).lines)[0];
    expect(answered).toMatchObject({ verdict: "match", songs: { seasons: [], missing: [] } });
    const songsOf = () => Promise.reject(new OpfindError("source-down", "AniList is down."));
    const missing = json((await run(["--json", red], wireOf({ songsOf }))).lines)[0];
    expect(missing).toMatchObject({ verdict: "match", code: "source-down", message: "AniList is down." });
  });

  test("says that the gallery is empty", async () => {
    const { red } = await pictures();
    const { lines, stderr } = await run(["--json", red], wireOf({ size: 0 }));
    expect(json(lines)[0]).toMatchObject({ verdict: "unknown", confidence: 0, candidates: [], code: "index-empty" });
    expect(stderr).toContain("opfind posters import");
  });
});

test("opfind identify for people names the anime, its sureness, and closes what it opened", async () => {
  const { red, broken } = await pictures();
  const { wire, closed } = wireOf();
  const { stdout } = await run([red, broken], { wire });
  expect(stdout).toContain(`${red}\nRed\n██████████ 99.9 %, certain`);
  expect(stdout).toContain(`${broken}\n`);
  expect(closed).toEqual(["songs", "gallery"]);
});
