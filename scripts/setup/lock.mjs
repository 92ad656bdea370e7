import { createHash } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SetupError } from "./run.mjs";

const LOOK_EVERY_MS = 500;
/** Longer than any set-up: a compile of everything on one slow core takes a few minutes. */
const PATIENCE_MS = 20 * 60_000;

/**
 * Runs `work` while no other process sets up the same checkout. The lock names its holder's process id, so the lock
 * of a killed set-up is seen and taken over. It stands in the temporary folder: `npm ci` empties node_modules.
 */
export async function withLock(root, say, work, { patienceMs = PATIENCE_MS } = {}) {
  const file = join(tmpdir(), `opfind-set-up-${createHash("sha256").update(root).digest("hex").slice(0, 16)}.lock`);
  const deadline = performance.now() + patienceMs;
  for (let isTold = false; !take(file); isTold = true) {
    if (!isTold) say("another set-up of this folder is running; waiting for it");
    if (performance.now() > deadline) {
      throw new SetupError(`Another set-up holds ${file} for too long. If none is running, delete that file.`);
    }
    await sleep(LOOK_EVERY_MS);
  }
  const release = () => rmSync(file, { force: true });
  const onSignal = (signal) => {
    say("stopped; the same command goes on from here");
    release();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  try {
    return await work();
  } finally {
    release();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
  }
}

function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  const holder = readHolder(file);
  if (holder === "" || isAlive(Number(holder))) return false;
  bury(file, holder);
  return false;
}

/** Moves a dead holder's lock away; puts it back when somebody else had just replaced it with a living one. */
function bury(file, holder) {
  const grave = `${file}.${process.pid}`;
  try {
    renameSync(file, grave);
    if (readHolder(grave) !== holder) linkSync(grave, file);
  } catch (error) {
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(grave, { force: true });
  }
}

function readHolder(file) {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return "";
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
