import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { SqliteLedger } from "../../src/index/confirmation-ledger.ts";
import { EXPIRING_CONFIRMATIONS } from "../../src/index/discord-schema.ts";
import { POSTER_MIGRATIONS } from "../../src/index/poster-schema.ts";
import { openPosterStore } from "../../src/index/poster-store.ts";
import { openDatabase } from "../../src/index/sqlite.ts";
import { stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";

test("what people confirmed before words could expire is there afterwards, and those that wait can end", () => {
  const dataDir = tempDir();
  mkdirSync(join(dataDir, "embeddings"));
  const before = POSTER_MIGRATIONS.slice(0, POSTER_MIGRATIONS.indexOf(EXPIRING_CONFIRMATIONS));
  const former = openDatabase(join(dataDir, "embeddings", "posters.sqlite"), before);
  const write = former.prepare(
    `INSERT INTO confirmations (request_id, picture, anilist_id, title, is_new, owes_cover, user_id, guild_id, at, state)
     VALUES (?, 0, 7, 'Title 7', 1, 1, '1', '5', ?, ?)`,
  );
  write.run("a", 1, "confirmed");
  write.run("b", 2, "awaiting");
  former.close();

  const store = openPosterStore({ dataDir, clock: stillClock() });
  onTestFinished(() => store.close());
  const ledger = store.sharing((database) => new SqliteLedger(database, stillClock()));
  expect(ledger.recent("5", 10)).toMatchObject([{ confirmationId: 1, requestId: "a", at: 1, isNew: true }]);
  expect(ledger.owedCovers()).toEqual([7]);
  expect(ledger.waiting("5", 10)).toMatchObject([{ confirmationId: 2, requestId: "b", at: 2 }]);
  expect(ledger.expire(2)).toBe(1);
  expect(ledger.waiting("5", 10)).toEqual([]);
  const again = { requestId: "b", picture: 0, anilistId: 7, title: "Title 7", userId: "1", guildId: "5" };
  const noted = ledger.note({ ...again, channelId: null, isSubjectToApproval: true }, 9);
  expect(noted).toMatchObject({ confirmationId: 3, state: "awaiting" });
});
