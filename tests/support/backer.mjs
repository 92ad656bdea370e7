// A process to be killed or starved: writes posters, or takes backups, or restores. Runs from dist/, since Node.js 20
// knows no TypeScript.
// usage: node backer.mjs write DATA_DIR FIRST | back DATA_DIR ARCHIVE once|forever | restore DATA_DIR ARCHIVE
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { restoreBackup } from "../../dist/index/backup/restore.js";
import { takeBackup } from "../../dist/index/backup/take-backup.js";
import { openPosterStore } from "../../dist/index/poster-store.js";

const [task, dataDir, where, times] = process.argv.slice(2);
const { signal } = new AbortController();
const clock = { now: Date.now, elapsedMs: () => performance.now() };
const log = { info: () => {}, warn: () => {} };

/** Synchronous: a line that was written is a poster that was accepted, whatever comes next. */
const tell = (line) => writeSync(1, `${line}\n`);

function posterOf(number) {
  const bytes = Buffer.from(`picture ${number} `.padEnd(3000, "."));
  const embedding = Float32Array.from({ length: 64 }, (_, i) => Math.sin(number * 64 + i));
  return {
    anime: { anilistId: number, malId: null, title: { romaji: `Title ${number}`, english: null, native: null } },
    franchiseId: null,
    // Every image is forced to the disk: with all of them the checks would take minutes.
    image: number % 4 === 0 ? { bytes, extension: "jpg" } : null,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    source: "import",
    addedBy: null,
    modelId: "model-a",
    embeddings: ["full", "centre"].map((view) => ({ view, embedding })),
  };
}

async function write() {
  const store = openPosterStore({ dataDir, clock });
  const raw = new Database(join(dataDir, "embeddings", "posters.sqlite"), { readonly: true });
  const position = raw.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").pluck();
  for (let number = Number(where); ; number++) {
    const { posterId } = await store.add(posterOf(number));
    tell(`accepted ${number} ${position.get() ?? 0}`);
    if (number % 5 !== 0) continue;
    await store.remove(posterId);
    tell(`removed ${number} ${position.get() ?? 0}`);
  }
}

const deps = { dataDir, archiveDir: where, clock, log, onProgress: () => {} };

async function back() {
  do {
    const { kind, position } = await takeBackup(deps, { isFull: false, keepDays: null }, signal);
    tell(`backed ${kind} ${position}`);
  } while (times === "forever");
}

async function restore() {
  const { posters } = await restoreBackup(deps, { moment: null, isForced: false, isLenient: false }, signal);
  tell(`restored ${posters}`);
}

try {
  await { write, back, restore }[task]();
} catch (error) {
  tell(`failed ${error.code ?? error.stack}`);
  process.exit(1);
}
