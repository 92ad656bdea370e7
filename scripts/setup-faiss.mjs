// Makes `require("faiss-node")` work after an install whose dependency scripts were denied. Order: it loads already →
// upstream's prebuilt → compiled against the system's FAISS → the exact index, which needs nothing. Never fails an
// install: FAISS only makes galleries of more than some ten thousand posters quicker.
import { spawnSync } from "node:child_process";
import { lookup } from "node:dns/promises";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { compileFaiss, faissPrefix } from "./compile-faiss.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PREBUILT_HOST = "github.com";
const PREBUILT_MS = 30_000;
const LOOKUP_MS = 2_000;
const PROBE_MS = 30_000;
const APT_MS = 240_000;
const PACKAGES = ["libfaiss-dev", "libopenblas-dev", "g++"];
/** A failure is remembered, so that the next start is quick; after a day the network may be another one. */
const RETRY_MS = 24 * 60 * 60_000;

const { env } = process;
const stampFile = join(ROOT, "node_modules", ".cache", "opfind", "faiss-failed.json");

try {
  await setupFaiss();
  checkSqlite();
} catch (error) {
  say(`the exact index will be used, since setting FAISS up went wrong: ${error.stack}`);
}

async function setupFaiss() {
  const pkg = packageFolder("faiss-node");
  if (!pkg) return say("faiss-node is not installed: the exact index will be used");
  if (faissProblem(pkg) === null) return say("FAISS loads already");
  if (failedBefore()) return say("FAISS could not be had lately: the exact index will be used");
  const tried = [];
  for (const [how, work] of Object.entries({ prebuilt, compiled })) {
    const problem = (await work(pkg)) ?? faissProblem(pkg);
    if (problem === null) return say(`FAISS is ready (${how})`);
    tried.push(`  ${how}: ${problem}`);
  }
  rememberFailure();
  say(`the exact index will be used, since FAISS could not be had:\n${tried.join("\n")}`);
}

/** Probed in a child process: a native crash must not take the installer down. @returns why not, or null */
function faissProblem(pkg) {
  const probe = `const { IndexFlatIP } = require(${JSON.stringify(pkg)}); const index = new IndexFlatIP(2);
    index.add([1, 0, 0, 1]); if (index.search([0.1, 1], 1).labels[0] !== 1) throw new Error("wrong answer")`;
  return problemOf(probe, ROOT);
}

function problemOf(probe, cwd) {
  const options = { cwd, encoding: "utf8", timeout: PROBE_MS };
  const { status, stderr, signal, error } = spawnSync(process.execPath, ["-e", probe], options);
  if (status === 0) return null;
  return stderr?.split("\n").find((line) => line.includes("Error")) ?? String(error ?? signal ?? status);
}

async function prebuilt(pkg) {
  if (!(await isReachable())) return `${PREBUILT_HOST} cannot be reached`;
  const installer = join(packageFolder("prebuild-install", pkg) ?? "", "bin.js");
  if (!existsSync(installer)) return "prebuild-install is not installed";
  const options = { cwd: pkg, encoding: "utf8", timeout: PREBUILT_MS };
  const { status, stderr, error } = spawnSync(process.execPath, [installer, "--runtime", "napi"], options);
  if (status === 0) return null;
  return error ? `no answer (${error.message})` : (stderr.trim().split("\n").pop() ?? "prebuild-install failed");
}

/** Behind a proxy names need not resolve here, so a proxy is asked without a look-up. */
async function isReachable() {
  if (env.OPFIND_OFFLINE === "1" || env.npm_config_offline === "true") return false;
  if (env.HTTPS_PROXY || env.https_proxy || env.npm_config_https_proxy || env.npm_config_proxy) return true;
  const found = lookup(PREBUILT_HOST).then(
    () => true,
    () => false,
  );
  return await Promise.race([found, after(LOOKUP_MS, false, { ref: false })]);
}

function compiled(pkg) {
  if (!faissPrefix()) installHeaders();
  return compileFaiss(pkg);
}

function installHeaders() {
  const isAllowed = process.getuid?.() === 0 && existsSync("/etc/debian_version") && env.OPFIND_SETUP_APT !== "0";
  if (!isAllowed || env.OPFIND_OFFLINE === "1" || env.FAISS_PREFIX) return;
  const install = ["install", "-y", "--no-install-recommends", ...PACKAGES];
  say(`apt-get ${install.join(" ")} (OPFIND_SETUP_APT=0 forbids this)`);
  for (const args of [["update"], install]) {
    const options = { stdio: "ignore", timeout: APT_MS, env: { ...env, DEBIAN_FRONTEND: "noninteractive" } };
    spawnSync("apt-get", ["-o", "DPkg::Lock::Timeout=60", "-o", "Acquire::Retries=1", ...args], options);
  }
}

/** SQLite holds what people confirmed: without it nothing works, so a plain `npm ci` hears of it at once. */
function checkSqlite() {
  if (!packageFolder("better-sqlite3")) return;
  const problem = problemOf("new (require('better-sqlite3'))(':memory:').close()", ROOT);
  if (problem) say(`SQLite does not load yet (${problem}): run \`npm run setup\`, which builds it`);
}

function packageFolder(name, from = ROOT) {
  try {
    return dirname(createRequire(join(from, "package.json")).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

/** What an outcome depends on besides the network. */
function circumstances() {
  return [process.platform, process.arch, process.version, faissPrefix() ?? "no headers"].join(" ");
}

function failedBefore() {
  try {
    const { at, where } = JSON.parse(readFileSync(stampFile, "utf8"));
    return where === circumstances() && Date.now() - at < RETRY_MS;
  } catch {
    return false; // absent, or cut off by a power failure: simply try again
  }
}

function rememberFailure() {
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ at: Date.now(), where: circumstances() }));
}

function say(text) {
  console.log(`[set-up] ${text}`);
}
