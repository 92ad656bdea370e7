import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, test } from "vitest";

const checkout = resolve(import.meta.dirname, "../..");
const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** A clone of nothing but the script and the named packages, without any native binary. */
function bareClone(packages: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), "opfind-setup-"));
  roots.push(root);
  mkdirSync(join(root, "node_modules"));
  cpSync(join(checkout, "scripts"), join(root, "scripts"), { recursive: true });
  for (const name of packages) {
    const from = join(checkout, "node_modules", name);
    cpSync(from, join(root, "node_modules", name), { recursive: true, filter: (file) => !file.endsWith("/build") });
  }
  return root;
}

function runSetup(root: string, env: Readonly<Record<string, string>> = {}) {
  const options = {
    encoding: "utf8",
    env: { ...process.env, OPFIND_OFFLINE: "1", OPFIND_SETUP_APT: "0", ...env },
  } as const;
  const { status, stdout } = spawnSync(process.execPath, [join(root, "scripts", "setup-faiss.mjs")], options);
  return { status, stdout };
}

test("without faiss-node the set-up succeeds and names the exact index", () => {
  const { status, stdout } = runSetup(bareClone([]));
  expect(status).toBe(0);
  expect(stdout).toContain("the exact index will be used");
});

test("with neither network nor FAISS headers it says why each way failed, and succeeds", () => {
  const root = bareClone(["faiss-node", "bindings", "file-uri-to-path", "node-addon-api"]);
  const { status, stdout } = runSetup(root, { FAISS_PREFIX: join(root, "nowhere") });
  expect(status).toBe(0);
  expect(stdout).toContain("prebuilt: github.com cannot be reached");
  expect(stdout).toContain("compiled: no FAISS headers");
  expect(stdout).toContain("the exact index will be used");
});

test("a failure is remembered, and forgotten once the headers appear", () => {
  const root = bareClone(["faiss-node", "bindings", "file-uri-to-path", "node-addon-api"]);
  runSetup(root, { FAISS_PREFIX: join(root, "nowhere") });
  expect(runSetup(root, { FAISS_PREFIX: join(root, "nowhere") }).stdout).toContain("could not be had lately");
  mkdirSync(join(root, "prefix", "include", "faiss"), { recursive: true });
  cpSync(join(root, "scripts", "faiss-kernels.cc"), join(root, "prefix", "include", "faiss", "Index.h"));
  const again = runSetup(root, { FAISS_PREFIX: join(root, "prefix"), CXX: join(root, "no-compiler") });
  expect(again.stdout).toContain("the compiler could not be run");
});

test("SQLite that does not load is named with its remedy", () => {
  const root = bareClone(["better-sqlite3", "bindings", "file-uri-to-path"]);
  const { status, stdout } = runSetup(root);
  expect(status).toBe(0);
  expect(stdout).toContain("run `npm run setup`");
});

test.skipIf(!existsSync("/usr/include/faiss/Index.h"))(
  "with the system's FAISS it compiles a binary that finds the nearest vector",
  () => {
    const root = bareClone(["faiss-node", "bindings", "file-uri-to-path", "node-addon-api"]);
    symlinkSync(join(checkout, "node_modules", "node-api-headers"), join(root, "node_modules", "node-api-headers"));
    expect(runSetup(root)).toMatchObject({ status: 0, stdout: expect.stringContaining("FAISS is ready (compiled)") });
    expect(runSetup(root).stdout).toContain("FAISS loads already");
  },
  60_000,
);
