import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/index/sqlite.ts";
import { writeElsewhere } from "../support/sqlite-writer.ts";
import { tempDir } from "../support/temp-dir.ts";

test("a new file that another process is about to write is waited for", async () => {
  const file = join(tempDir(), "new.sqlite");
  const stop = await writeElsewhere(file);
  const database = openDatabase(file, ["CREATE TABLE after (id INTEGER)"]);
  expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
  database.close();
  await stop();
});
