import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** One source file takes 4 s on a fast core; ten times that on a small board. */
const COMPILE_MS = 120_000;

const PREFIXES = ["/usr", "/usr/local", "/opt/homebrew"];

/** faiss::idx_t exists from FAISS 1.7.4 on; Debian 12 has 1.7.3, where it is faiss::Index::idx_t. */
const COMPAT = `#include <faiss/Index.h>
#if FAISS_VERSION_MAJOR * 10000 + FAISS_VERSION_MINOR * 100 + FAISS_VERSION_PATCH < 10704
namespace faiss { using idx_t = Index::idx_t; }
#endif
`;

/** @returns the folder above include/faiss, or undefined when the FAISS headers are not installed */
export function faissPrefix(env = process.env) {
  const candidates = env.FAISS_PREFIX ? [env.FAISS_PREFIX] : PREFIXES;
  return candidates.find((prefix) => existsSync(join(prefix, "include", "faiss", "Index.h")));
}

/**
 * Compiles faiss-node's one source file against the system's FAISS: no node-gyp, no download.
 * @param pkg folder of the faiss-node package
 * @returns why it failed, or null
 */
export function compileFaiss(pkg, env = process.env) {
  if (process.platform === "win32") return "building against a system FAISS is not supported on Windows";
  const prefix = faissPrefix(env);
  if (!prefix) return "no FAISS headers (Debian, Ubuntu: apt-get install libfaiss-dev libopenblas-dev g++)";
  const headers = nodeHeaders(pkg);
  if (!headers) return "no Node-API headers (npm install brings node-api-headers)";
  const out = join(pkg, "build", "Release");
  mkdirSync(out, { recursive: true });
  const folder = mkdtempSync(join(out, "compiling-"));
  try {
    return compileIn(folder, { pkg, prefix, headers, env, out });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compileIn(folder, { pkg, prefix, headers, env, out }) {
  const compat = join(folder, "compat.h");
  const binary = join(folder, "faiss-node.node");
  writeFileSync(compat, COMPAT);
  const flags = "-O3 -std=c++17 -fPIC -shared -fopenmp -fvisibility=hidden -Wno-psabi".split(" ");
  const defines = ["-DNAPI_VERSION=6", "-DNODE_GYP_MODULE_NAME=faiss_node", "-DBUILDING_NODE_EXTENSION"];
  const addonApi = dirname(createRequire(join(pkg, "package.json")).resolve("node-addon-api/package.json"));
  const includes = ["-include", compat, `-I${headers}`, `-I${addonApi}`, `-I${prefix}/include`];
  const sources = [join(pkg, "src", "faiss.cc"), ...kernels()];
  const args = [
    ...flags,
    ...defines,
    ...includes,
    ...sources,
    "-o",
    binary,
    `-L${prefix}/lib`,
    "-lfaiss",
    "-lopenblas",
  ];
  const { error, status, stderr } = spawnSync(env.CXX ?? "c++", args, { encoding: "utf8", timeout: COMPILE_MS });
  if (error) return `the compiler could not be run (${error.message})`;
  if (status !== 0)
    return `the compiler failed (${stderr.split("\n").find((line) => /error/.test(line)) ?? "no reason"})`;
  // Renamed, not overwritten: a process that has the old file mapped would die of a bus error.
  renameSync(binary, join(out, "faiss-node.node"));
  return null;
}

/** First definition wins: our inner loops replace libfaiss.a's scalar ones (a static archive only, hence Linux). */
function kernels() {
  if (process.platform !== "linux") return [];
  return [fileURLToPath(new URL("./faiss-kernels.cc", import.meta.url)), "-Wl,--allow-multiple-definition"];
}

function nodeHeaders(pkg) {
  const beside = resolve(dirname(process.execPath), "..", "include", "node");
  if (existsSync(join(beside, "node_api.h"))) return beside;
  try {
    return createRequire(join(pkg, "package.json"))("node-api-headers").include_dir;
  } catch {
    return undefined;
  }
}
