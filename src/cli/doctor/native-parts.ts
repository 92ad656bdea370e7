import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import { type Check, check } from "./finding.ts";

const REINSTALL = "Run `npm run setup`; it installs and compiles what is missing.";
const PROBE_MS = 30_000;
const OLDEST = { major: 20, minor: 19 };

/** Everything that is compiled for this machine. Each is loaded only here, so that one broken binary hides no other. */
export function nativeParts(): readonly Check[] {
  return [
    check({
      part: "Node.js",
      onTrouble: "failed",
      remedy: "Install Node.js 24 from https://nodejs.org.",
      look: nodeVersion,
    }),
    check({ part: "sharp", onTrouble: "failed", remedy: REINSTALL, look: drawPixel }),
    check({ part: "SQLite", onTrouble: "failed", remedy: REINSTALL, look: querySqlite }),
    check({ part: "usearch", onTrouble: "warning", remedy: USEARCH_REMEDY, look: compareCodes }),
    check({ part: "FAISS", onTrouble: "warning", remedy: FAISS_REMEDY, look: loadFaiss }),
    check({ part: "ONNX Runtime", onTrouble: "failed", remedy: REINSTALL, look: listProviders }),
  ];
}

async function nodeVersion(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < OLDEST.major || (major === OLDEST.major && minor < OLDEST.minor);
  if (isOld) throw new Error(`${process.versions.node} is older than ${OLDEST.major}.${OLDEST.minor}`);
  return `${process.versions.node} on ${process.platform} ${process.arch}`;
}

async function drawPixel(): Promise<string> {
  const { default: sharp } = await import("sharp");
  const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: "#ff8000" } });
  await sharp(await pixel.jpeg().toBuffer())
    .raw()
    .toBuffer();
  return `${sharp.versions.sharp}, libvips ${sharp.versions.vips}`;
}

async function querySqlite(): Promise<string> {
  const { default: Database } = await import("better-sqlite3");
  const memory = new Database(":memory:");
  const version = z.string().parse(memory.prepare("SELECT sqlite_version()").pluck().get());
  memory.close();
  return version;
}

async function listProviders(): Promise<string> {
  const { listSupportedBackends } = await import("onnxruntime-node");
  const backends = listSupportedBackends().map(({ name, bundled }) => (bundled ? name : `${name} (not installed)`));
  return `${versionOf("onnxruntime-node")}, knows ${backends.join(", ")}`;
}

const USEARCH_REMEDY =
  "Linux and macOS have it on 64-bit processors: `npm ci` without --omit=optional. Elsewhere FAISS takes its place.";

async function compareCodes(): Promise<string> {
  const { exactSearch, MetricKind } = await import("usearch").catch((cause: unknown) => {
    throw new Error("not available: the exact index works without vector instructions", { cause });
  });
  const { keys } = exactSearch(Int8Array.of(9, 1, 1, 9), Int8Array.of(0, 1), 2, 1, MetricKind.Cos, 1);
  if (keys[0] !== 1n) throw new Error("usearch gives wrong answers");
  return versionOf("usearch");
}

const FAISS_REMEDY =
  "The exact index does its work and is quick up to some fifty thousand posters. For FAISS: " +
  "`apt-get install libfaiss-dev libopenblas-dev g++`, then `npm run setup`.";

/** In a child process: FAISS can take the whole process down, and loads only once per process. */
const FAISS_PROBE = `const { IndexFlatIP } = require("faiss-node"); const index = new IndexFlatIP(2);
index.add([1, 0, 0, 1]); if (index.search([0.1, 1], 1).labels[0] !== 1) throw new Error("FAISS gives wrong answers");
process.report.excludeNetwork = true;
console.log(process.report.getReport().sharedObjects.some((name) => /libopenblas|libblas/.test(name)) ? "compiled" : "prebuilt");`;

async function loadFaiss(signal: AbortSignal): Promise<string> {
  const options = { cwd: dirname(packageOf("faiss-node")), timeout: PROBE_MS, signal };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["-e", FAISS_PROBE], options);
    return `${versionOf("faiss-node")}, ${stdout.trim() === "compiled" ? "compiled against the system's FAISS" : "upstream's binary"}`;
  } catch (error) {
    throw new Error("not available: searches use the exact index", { cause: error });
  }
}

function versionOf(name: string): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageOf(name), "utf8"))).version;
}

/** Path of a package's package.json, also where the package does not export it. */
function packageOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const files = folders.map((folder) => join(folder, name, "package.json"));
  const found = files.find((file) => {
    try {
      return readFileSync(file).length > 0;
    } catch {
      return false; // the next folder up
    }
  });
  if (!found) throw new Error(`${name} is not installed`);
  return found;
}
