import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { idleAbortProblem } from "./idle-abort.mjs";
import { npm, reason, run, SetupError } from "./run.mjs";

/** What a native binary depends on; a changed value (another Node.js, a copied folder) means: look again. */
const FINGERPRINT = `${process.platform}-${process.arch}-abi${process.versions.modules}`;
const FAISS_HEADERS = "/usr/include/faiss/Index.h";
const TOOLS = ["g++", "make", "python3"];
/** A prebuilt is 2 MB; a firewall that swallows packets shall not hold the set-up for long. */
const PREBUILT_MS = 60_000;

const stampOf = (root) => join(root, "node_modules", ".opfind-natives");

/** @returns why native modules have to be looked at, or null */
export function nativesProblem(root) {
  const stamp = stampOf(root);
  if (!existsSync(stamp)) return "native modules are not checked yet";
  if (readFileSync(stamp, "utf8") !== FINGERPRINT) return "the native modules were made for another Node.js";
  const binary = join(root, "node_modules", "faiss-node", "build", "Release", "faiss-node.node");
  return !existsSync(binary) && existsSync(FAISS_HEADERS) ? "FAISS can be compiled now" : null;
}

/** better-sqlite3 must work; FAISS may, and falls back to the exact index (scripts/setup-faiss.mjs says which). */
export async function makeNatives(root, { say, problem }) {
  say(`checking the native modules: ${problem}`);
  if (sqliteProblem(root)) await makeSqlite(root, say);
  await makeFaiss(root, say);
  writeFileSync(stampOf(root), FINGERPRINT);
}

/** Probed in a child process: a binary for another Node.js may crash instead of throwing. */
function sqliteProblem(root) {
  const probe = "new (require('better-sqlite3'))(':memory:').prepare('select 1').get()";
  const { status, stderr } = spawnSync(process.execPath, ["-e", probe], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  if (status !== 0) return stderr.split("\n").find((line) => line.includes("Error")) || "it does not load";
  return idleAbortProblem(root);
}

async function makeSqlite(root, say) {
  say("SQLite: looking for a prebuilt binary");
  const folder = join(root, "node_modules", "better-sqlite3");
  const fetcher = join(root, "node_modules", "prebuild-install", "bin.js");
  await run(process.execPath, [fetcher], { cwd: folder, say, doing: "looking", timeoutMs: PREBUILT_MS });
  if (!sqliteProblem(root)) return;
  await requireTools(say);
  say("SQLite: no prebuilt could be had, compiling it (one to two minutes, only once)");
  const [command, args] = npm();
  const built = await run(command, [...args, "rebuild", "better-sqlite3"], {
    cwd: root,
    say,
    doing: "compiling SQLite",
    env: { ...headers(), ...compilerFlags() },
  });
  const problem = sqliteProblem(root);
  if (problem) throw new SetupError(`SQLite could not be compiled: ${problem}${reason(built.tail)}`);
}

/** Node.js from a tarball or a distribution brings its headers: then node-gyp needs no download. */
function headers() {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, "include", "node", "node.h")) ? { npm_config_nodedir: prefix } : {};
}

/** Windows always finds a prebuilt binary. */
function compilerFlags() {
  if (process.platform === "win32") return {};
  const header = fileURLToPath(new URL("./object-wrap.h", import.meta.url));
  return { CXXFLAGS: `${process.env.CXXFLAGS ?? ""} -include '${header}'`.trim() };
}

async function requireTools(say) {
  const missing = TOOLS.filter((tool) => spawnSync(tool, ["--version"], { stdio: "ignore" }).status !== 0);
  if (missing.length === 0) return;
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`;
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) {
    throw new SetupError(
      `SQLite must be compiled here and that needs ${missing.join(", ")}. Install them (on Debian and Ubuntu: ` +
        `sudo ${command}), then run the same command again.`,
    );
  }
  say(`installing ${missing.join(", ")} with apt-get`);
  const options = { cwd: "/", say, doing: "installing tools", env: { DEBIAN_FRONTEND: "noninteractive" } };
  await run("apt-get", ["update"], options);
  const installed = await run("apt-get", command.split(" ").slice(1), options);
  if (!installed.ok) throw new SetupError(`${command} failed:${reason(installed.tail)}`);
}

async function makeFaiss(root, say) {
  const { ok, tail } = await run(process.execPath, [join(root, "scripts", "setup-faiss.mjs")], {
    cwd: root,
    say,
    doing: "setting up FAISS",
  });
  if (ok) for (const line of tail.split("\n").filter(Boolean)) say(line.replace(/^\[[^\]]*\] */, ""));
  else say(`FAISS is not available, the exact index is used instead:${reason(tail)}`);
}
