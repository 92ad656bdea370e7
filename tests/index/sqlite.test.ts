import { join } from "node:path";
import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { openDatabase } from "../../src/index/sqlite.ts";
import { tempDir } from "../support/temp-dir.ts";

/** Is about to write in a thread of its own, as a second process is that makes the new file its own. */
const WRITER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const database = new (require("better-sqlite3"))(workerData);
  database.exec("BEGIN IMMEDIATE");
  parentPort.postMessage("writing");
  setTimeout(() => { database.exec("COMMIT"); database.close(); }, 150);
`;

test("a new file that another process is about to write is waited for", async () => {
  const file = join(tempDir(), "new.sqlite");
  new Database(file).exec("CREATE TABLE before (id INTEGER)").close();
  const writer = new Worker(WRITER, { eval: true, workerData: file });
  await new Promise((resolve) => writer.once("message", resolve));
  const database = openDatabase(file, ["CREATE TABLE after (id INTEGER)"]);
  expect(database.pragma("journal_mode", { simple: true })).toBe("wal");
  database.close();
  await writer.terminate();
});
