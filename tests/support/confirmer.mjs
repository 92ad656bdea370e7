// A process to be killed: confirms pictures of a Discord that nobody needs, and undoes every third. Runs from dist/,
// since Node.js 20 knows no TypeScript. Its pictures are shown to no network.
// usage: node confirmer.mjs DATA_DIR QDRANT_URL FIRST
import { createHash } from "node:crypto";
import { writeSync } from "node:fs";
import { readConfig } from "../../dist/config.js";
import { SqliteLedger } from "../../dist/index/confirmation-ledger.js";
import { openPendingStore } from "../../dist/index/pending-store.js";
import { openPosterDatabase } from "../../dist/index/poster-database.js";
import { RemoteConfirmations } from "../../dist/index/remote-confirmations.js";
import { shareDatabase } from "../../dist/index/shared-file.js";
import { openConfirming } from "../../dist/pipeline/confirm.js";
import { openQdrant } from "../../dist/wire-qdrant.js";

const [dataDir, url, first] = process.argv.slice(2);
const config = readConfig({ OPFIND_DATA_DIR: dataDir, OPFIND_INDEX: "qdrant", QDRANT_URL: url });
const { signal } = new AbortController();
const { store } = await openQdrant({ config, signal });
const database = openPosterDatabase(dataDir);
const ledger = new SqliteLedger(database, Date);
const confirming = openConfirming({
  ledger,
  posters: new RemoteConfirmations({ database, ledger, gallery: store, clock: Date }),
  prepare,
  officialCover: async (anilistId) => pictureOf(`cover ${anilistId}`, anilistId),
  learn: () => Promise.reject(new RangeError("no cover is owed here")),
  onStored: async () => {},
  limits: { perUser: Number.POSITIVE_INFINITY, perGuild: Number.POSITIVE_INFINITY },
  clock: Date,
});
const pending = openPendingStore(shareDatabase(database), Date);
// Synchronous: a line that was written is a word that was accepted, whatever comes next.
const tell = (line) => writeSync(1, `${line}\n`);
await confirming.finish(signal);
tell("ready");

for (let number = Number(first); ; number++) {
  const requestId = String(number);
  const row = { requestId, askerId: "1", guildId: "5", expiresAt: Date.now() + 60_000, state: "{}" };
  await pending.save(row, [{ picture: 0, file: "a.jpg", bytes: Buffer.from(`query ${number}`) }]);
  const speaker = { userId: "1", guildId: "5", channelId: "6" };
  const wish = {
    requestId,
    picture: 0,
    anilistId: number,
    title: `Title ${number}`,
    ...speaker,
    isSubjectToApproval: false,
  };
  tell(`asked ${number}`);
  const { confirmation } = await confirming.confirm(wish, { lane: "1" }, signal);
  tell(`accepted ${number}`);
  if (number % 3 !== 0) continue;
  tell(`undoing ${number}`);
  await confirming.undo(confirmation.confirmationId, { userId: "9", guildId: "5" });
  tell(`undone ${number}`);
}

function pictureOf(text, anilistId) {
  const anime = { anilistId, malId: null, title: { romaji: `Title ${anilistId}`, english: null, native: null } };
  return { bytes: Buffer.from(text), file: "c.jpg", anime, source: "anilist", addedBy: null };
}

async function prepare({ bytes, anime, source, addedBy }) {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const embedding = new Float32Array(16);
  embedding[bytes.length % 16] = 1;
  const embeddings = [{ view: "full", embedding }];
  const image = { bytes, extension: "jpg" };
  return { anime, franchiseId: null, image, sha256, source, addedBy, modelId: "model-a", embeddings };
}
