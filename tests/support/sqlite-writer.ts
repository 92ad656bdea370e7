import { Worker } from "node:worker_threads";
import Database from "better-sqlite3";

/** Is about to write in a thread of its own, as a second process is that makes the new file its own. */
const WRITER = `
  const { parentPort, workerData } = require("node:worker_threads");
  const database = new (require("better-sqlite3"))(workerData);
  database.exec("BEGIN IMMEDIATE");
  parentPort.postMessage("writing");
  setTimeout(() => { database.exec("COMMIT"); database.close(); }, 150);
`;

/** Makes a file that is not in WAL mode yet, with another one writing to it for a moment. @returns what ends that one */
export async function writeElsewhere(file: string): Promise<() => Promise<unknown>> {
  new Database(file).exec("CREATE TABLE before (id INTEGER)").close();
  const writer = new Worker(WRITER, { eval: true, workerData: file });
  await new Promise((resolve) => writer.once("message", resolve));
  return () => writer.terminate();
}
