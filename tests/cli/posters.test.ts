import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { indexVerb } from "../../src/cli/index-verb.ts";
import { postersVerb } from "../../src/cli/posters.ts";
import type { VerbContext } from "../../src/cli/verb.ts";
import { readConfig } from "../../src/config.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { openLog } from "../../src/log.ts";
import { importDeps } from "../support/import-deps.ts";
import { busyPicture } from "../support/pictures.ts";
import { stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";
import { toldOutput } from "../support/told-output.ts";

const nobody = () => Promise.reject(new RangeError("nothing here asks AniList"));

/** A data folder with both verbs over a fake network. */
function prepared(dataDir = tempDir(), modelId = "model-a") {
  const { output, answers, lines, notes } = toldOutput();
  const context: VerbContext = {
    config: readConfig({ OPFIND_DATA_DIR: dataDir }),
    log: openLog({ level: "silent", isPretty: false }),
    output,
    signal: new AbortController().signal,
  };
  const openStore = async () => openPosterStore({ dataDir, clock: stillClock() });
  const deps = importDeps();
  const embedder = { ...deps.embedder, modelId, dimension: 16, device: "cpu", close: async () => {} };
  const openGallery = async () => {
    const store = await openStore();
    return { ...deps, store, embedder, cards: nobody, userList: nobody, close: async () => store.close() };
  };
  const wire = {
    openStore,
    openLocalStore: openStore,
    openQdrant: nobody,
    openGallery,
    openCovers: () => ({ cover: nobody, close: async () => {} }),
    clock: stillClock(),
    modelOf: async () => ({ modelId, dimension: 16 }),
    openRecogniser: async () => ({
      embedder,
      besideEmbedder: null,
      decode: async () => busyPicture(24, 36),
      close: async () => {},
    }),
  };
  const opfind = async (verb: "posters" | "index", ...words: string[]) => {
    for (const list of [answers, lines, notes]) list.length = 0;
    const command = verb === "posters" ? postersVerb(context, wire) : indexVerb(context, wire);
    await command.exitOverride().parseAsync(words, { from: "user" });
  };
  return { opfind, answers, lines, notes, dataDir };
}

function covers(count: number): string {
  const dir = tempDir();
  const rows = Array.from({ length: count }, (_, i) => ({
    file: `${i}.jpg`,
    title: `T${i}`,
    anilistId: i + 1,
    malId: i + 5,
  }));
  for (const [i, { file }] of rows.entries()) writeFileSync(join(dir, file), `picture ${i}`);
  writeFileSync(join(dir, "manifest.json"), JSON.stringify(rows));
  return dir;
}

test("import tells its summary, and the index is sound and up to date afterwards", async () => {
  const { opfind, answers } = prepared();
  await opfind("posters", "import", covers(20), "--json");
  expect(answers).toEqual([{ added: 20, duplicates: 0, failed: [], unresolved: [] }]);
  await opfind("index", "verify", "--json");
  expect(answers).toMatchObject([{ isSound: true, compared: 40, later: 0 }]);
  await opfind("index", "status", "--json");
  expect(answers).toMatchObject([{ kind: "exact", rows: 40, behind: 0, posters: 20, modelId: "model-a" }]);
});

test("list gives one object per poster and nothing else", async () => {
  const { opfind, answers, lines } = prepared();
  await opfind("posters", "import", covers(2));
  await opfind("posters", "list", "--json");
  expect(answers).toEqual([
    { posterId: 1, anilistId: 1, title: "T0", source: "import", addedAt: "2026-01-02T03:04:05.000Z" },
    { posterId: 2, anilistId: 2, title: "T1", source: "import", addedAt: "2026-01-02T03:04:05.000Z" },
  ]);
  expect(lines).toEqual([]);
});

test("what was exported imports again into the same posters", async () => {
  const first = prepared();
  await first.opfind("posters", "import", covers(5));
  const dir = join(tempDir(), "export");
  await first.opfind("posters", "export", dir);
  expect(readdirSync(dir)).toHaveLength(6);
  const second = prepared();
  await second.opfind("posters", "import", dir, "--json");
  expect(second.answers).toMatchObject([{ added: 5 }]);
  const facts = (list: readonly unknown[]) => list.map((row) => JSON.stringify(row)).sort();
  await first.opfind("posters", "list", "--json");
  await second.opfind("posters", "list", "--json");
  expect(facts(second.answers)).toEqual(facts(first.answers));
});

test("open questions go into a report that import reads once a person has answered", async () => {
  const dir = tempDir();
  writeFileSync(join(dir, "Fate.jpg"), "1");
  writeFileSync(join(dir, "Steins Gate.jpg"), "2");
  const { opfind, answers, notes, dataDir } = prepared();
  await opfind("posters", "import", dir);
  const report = join(dataDir, "embeddings", "import-report.json");
  expect(notes.join("\n")).toContain(`--manifest ${report}`);
  expect(existsSync(join(dataDir, "embeddings", "import-report.txt"))).toBe(true);
  const [row] = JSON.parse(readFileSync(report, "utf8"));
  expect(row).toMatchObject({ file: "Fate.jpg", title: "Fate", anilistId: null });
  writeFileSync(report, JSON.stringify([{ ...row, anilistId: 356 }]));
  await opfind("posters", "import", dir, "--manifest", report, "--json");
  expect(answers).toMatchObject([{ added: 1, unresolved: [] }]);
});

test("when nothing could be imported the verb fails with the reason", async () => {
  const { opfind } = prepared();
  const dir = tempDir();
  await expect(opfind("posters", "import", dir)).rejects.toMatchObject({ code: "file-missing" });
  writeFileSync(join(dir, "Steins Gate.jpg"), "bad!");
  await expect(opfind("posters", "import", dir)).rejects.toMatchObject({ code: "image-corrupt" });
});

test("removed posters leave the list and the index", async () => {
  const { opfind, answers, lines } = prepared();
  await opfind("posters", "import", covers(3));
  await opfind("posters", "remove", "2");
  expect(lines).toEqual(["1 poster removed"]);
  await opfind("posters", "list", "--json");
  expect(answers).toHaveLength(2);
  await opfind("index", "verify", "--json");
  expect(answers).toMatchObject([{ isSound: true, compared: 4, extra: 0 }]);
  await expect(opfind("posters", "remove", "2")).rejects.toMatchObject({ code: "usage" });
  await expect(opfind("posters", "remove", "two")).rejects.toMatchObject({ code: "usage" });
});

test("after a change of the network, index build shows it every stored picture", async () => {
  const { opfind, dataDir } = prepared();
  await opfind("posters", "import", covers(3));
  const changed = prepared(dataDir, "model-b");
  await changed.opfind("index", "status");
  expect(changed.lines.join("\n")).toContain("not seen yet");
  await changed.opfind("index", "build", "--json");
  const [built] = changed.answers;
  expect(built).toMatchObject({ modelId: "model-b", behind: 0, posters: 3 });
  expect(built).not.toMatchObject({ rows: 0 });
  await changed.opfind("index", "status");
  expect(changed.lines.join("\n")).not.toContain("not seen yet");
});

test("a damaged index fails verify, and build makes it sound", async () => {
  const { opfind, dataDir } = prepared();
  await opfind("posters", "import", covers(3));
  const folder = join(dataDir, "embeddings", "index", "model-a");
  const file = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("vectors.f32"));
  writeFileSync(join(folder, file ?? ""), "damage");
  await expect(opfind("index", "verify")).rejects.toMatchObject({ code: "index-broken" });
  await opfind("index", "build");
  await opfind("index", "verify");
});

test("a starter pack is written from what is stored", async () => {
  const { opfind, answers } = prepared();
  await opfind("posters", "import", covers(3));
  const dir = join(tempDir(), "pack");
  mkdirSync(dir);
  await opfind("index", "export-starter", dir, "--json");
  expect(answers).toMatchObject([{ posters: 3, rows: 6 }]);
});
