// Adds to package-lock.json the optional packages of other platforms that a registry did not offer when the lock was
// written: without them `npm ci` refuses the lock everywhere (npm/cli#9846). Run it after every `npm install`; for the
// end-to-end tests' own lock with their folder: `node scripts/complete-lockfile.mjs tests/e2e`.
import { readFileSync, writeFileSync } from "node:fs";

const [folder = "."] = process.argv.slice(2);
const FILE = new URL(`../${folder}/package-lock.json`, import.meta.url);
const SYSTEMS = ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "aix", "win32"];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

const lock = JSON.parse(readFileSync(FILE, "utf8"));
const { packages } = lock;
const added = Object.entries(packages).flatMap(([path, entry]) => missingOf(path, entry));
lock.packages = Object.fromEntries(
  Object.entries({ ...packages, ...Object.fromEntries(added) }).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} optional packages of other platforms added`);

/** @returns [path, entry] of each optional dependency that the lock has nowhere on the way up */
function missingOf(path, { optionalDependencies = {}, dev, devOptional }) {
  return Object.entries(optionalDependencies)
    .filter(([name, range]) => /^\d/.test(range) && !isLocked(path, name))
    .map(([name, version]) => [
      `node_modules/${name}`,
      { version, ...platformOf(name), ...(dev || devOptional ? { dev: true } : {}), optional: true },
    ]);
}

function isLocked(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    if (packages[`${at ? `${at}/` : ""}node_modules/${name}`]) return true;
    if (at === "") return false;
  }
}

/** Such packages say in their names where they run: "@swc/core-linux-arm64-musl". */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = SYSTEMS.filter((system) => words.includes(system));
  const cpu = PROCESSORS.filter((processor) =>
    words.some((word) => word === processor || (processor === "arm" && /^arm(?!64)/.test(word))),
  );
  const libc = words.some((word) => word.startsWith("musl")) ? ["musl"] : words.includes("gnu") ? ["glibc"] : [];
  return Object.fromEntries(Object.entries({ os, cpu, libc }).filter(([, values]) => values.length > 0));
}
