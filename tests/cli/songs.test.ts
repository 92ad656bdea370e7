import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openOutput } from "../../src/cli/output.ts";
import { runProgram } from "../../src/cli/run-program.ts";
import { songsVerb } from "../../src/cli/songs.ts";
import { readConfig } from "../../src/config.ts";
import { openLog } from "../../src/log.ts";
import { openSongs } from "../../src/wire-sources.ts";
import { type Doubles, startDoubles } from "../support/doubles.ts";

let doubles: Doubles;
beforeAll(async () => {
  doubles = await startDoubles();
});
afterAll(() => doubles.close());

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "opfind-songs-"));
  for (const service of ["anilist", "animethemes", "tenrai"] as const) doubles.setFault(service, null);
  return () => rmSync(dataDir, { recursive: true });
});

describe("opfind songs", () => {
  test("--json tells the whole franchise on one line", async () => {
    const { code, stdout } = await songs("Lantern Harbour", "--json");
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    const answer = JSON.parse(stdout);
    expect(Object.keys(answer)).toEqual(["seasons", "isCut", "missing"]);
    expect(answer.seasons.map(({ anime }: { anime: { anilistId: number } }) => anime.anilistId)).toEqual([
      101, 102, 104, 103, 111, 112, 120,
    ]);
    expect(answer.seasons[0]).toMatchObject({
      role: { kind: "season", number: 1 },
      isStale: false,
      openings: [{ kind: "OP", sequence: 1, title: { romaji: "Paper Boats", native: "紙の舟" } }, { sequence: 2 }],
      endings: [{ kind: "ED", source: "animethemes" }],
    });
  });

  test("prints the same line from any season, by id as by title, and asks nobody the second time", async () => {
    const first = await songs("101", "--json");
    const before = doubles.requests.length;
    for (const id of ["102", "104", "111"]) expect((await songs(id, "--json")).stdout).toBe(first.stdout);
    expect(doubles.requests).toHaveLength(before);
  });

  test("shows people titles, artists and episodes", async () => {
    const { code, stdout } = await songs("tourou", "no", "minato");
    expect(code).toBe(0);
    for (const text of ["Paper Boats", "The Tidewriters", "1–7, 9–12", "Low Water"]) expect(stdout).toContain(text);
    expect((await songs("101", "--titles", "native")).stdout).toContain("紙の舟");
  });

  test("says what is missing and still answers while AnimeThemes is down", async () => {
    doubles.setFault("animethemes", { kind: "bad-gateway" });
    const { code, stdout } = await songs("101", "--json");
    expect(code).toBe(0);
    const { seasons, missing } = JSON.parse(stdout);
    expect(seasons[0].openings[0]).toMatchObject({ source: "tenrai", title: { romaji: "Paper Boats" } });
    expect(missing).toEqual([
      {
        part: "songs",
        source: "animethemes",
        reason: "down",
        detail: "AnimeThemes is down: it answered with status 502.",
      },
    ]);
  });

  test("asks back which anime is meant", async () => {
    const { code, stdout } = await songs("Double Name", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      code: "title-ambiguous",
      message: expect.stringContaining("150: Double Name"),
    });
  });

  test.each([
    [["999999999", "--json"], "anime-unknown"],
    [["zzqx vvkk wwpp", "--json"], "title-unknown"],
  ])("%j fails as %s", async (words, code) => {
    const answer = await songs(...words);
    expect(answer.code).toBe(1);
    expect(JSON.parse(answer.stdout)).toMatchObject({ code });
  });

  test("does not call a title unknown while AniList is down", async () => {
    doubles.setFault("anilist", { kind: "disabled" });
    const { code, stdout } = await songs("zzqx vvkk wwpp", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      code: "source-down",
      message: "AniList is down: it is temporarily disabled.",
    });
  });

  test("without a title is a wrong usage", async () => {
    expect((await songs()).code).toBe(2);
  });
});

/** Runs the verb as people do, on the real wiring, with the doubles for upstreams. */
async function songs(...words: readonly string[]) {
  const said = { stdout: "" };
  const write = (text: string) => {
    said.stdout += text;
  };
  const silent = Object.assign(Object.create(process.stderr), { isTTY: false, write: () => true });
  const output = openOutput({ stdout: { write }, stderr: silent, elapsedMs: () => 0 });
  const openContext = () => ({
    config: readConfig({
      OPFIND_DATA_DIR: dataDir,
      ANILIST_URL: doubles.anilistUrl,
      ANIMETHEMES_URL: doubles.animethemesUrl,
      TENRAI_URL: doubles.tenraiUrl,
    }),
    log: openLog({ level: "silent", isPretty: false }),
    output,
    signal: new AbortController().signal,
  });
  const verbs = {
    songs: {
      summary: "songs",
      load: async (context: ReturnType<typeof openContext>) => songsVerb(context, { openSongs }),
    },
  };
  const code = await runProgram({ argv: ["songs", ...words], verbs, output, openContext, version: "0" });
  return { code, ...said };
}
