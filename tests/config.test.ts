import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { readConfig, VARIABLES } from "../src/config.ts";
import { OpfindError } from "../src/errors.ts";

const NAMES = [...VARIABLES.keys()];
const EXAMPLES = [...VARIABLES].map(([name, { example }]) => [name, example] as const);
const NOTHING = Object.fromEntries(NAMES.map((name) => [name, ""]));
const readText = (file: string) => readFileSync(resolve(import.meta.dirname, "..", file), "utf8");

function failure(environment: Record<string, string>): OpfindError {
  try {
    readConfig({ ...NOTHING, ...environment });
  } catch (error) {
    if (error instanceof OpfindError) return error;
  }
  throw new RangeError(`the configuration ${JSON.stringify(environment)} was accepted`);
}

describe("the configuration", () => {
  test("works with nothing set, an empty value being none", () => {
    const { env, hasOwnDataDir, home, dataDir } = readConfig(NOTHING);
    expect(env).toMatchObject({ OPFIND_MODEL: "auto", OPFIND_OFFLINE: false, OPFIND_THREADS: 1 });
    expect({ hasOwnDataDir, dataDir }).toEqual({ hasOwnDataDir: false, dataDir: home });
  });

  test("moves the data where OPFIND_DATA_DIR says, as an absolute path", () => {
    expect(readConfig({ ...NOTHING, OPFIND_DATA_DIR: "some/place" })).toMatchObject({
      dataDir: join(process.cwd(), "some/place"),
      hasOwnDataDir: true,
    });
  });

  test("names every wrong variable at once, each with its shape and an example", () => {
    const { code, message } = failure({ OPFIND_THREADS: "many", ANILIST_URL: "anilist", OPFIND_INDEX: "postgres" });
    expect(code).toBe("config-invalid");
    for (const name of ["OPFIND_THREADS", "ANILIST_URL", "OPFIND_INDEX"] as const) {
      const { shape, example } = VARIABLES.get(name) ?? {};
      expect(message).toContain(`${name} must be ${shape}, for example ${name}=${example}`);
    }
    expect(message).not.toContain("OPFIND_MODEL");
  });

  test.each(EXAMPLES)("accepts the example it gives for %s", (name, example) => {
    expect(() => readConfig({ ...NOTHING, [name]: example })).not.toThrow();
  });

  test.each([
    ["OPFIND_THREADS", "0"],
    ["OPFIND_THREADS", "1.5"],
    ["OPFIND_OFFLINE", "yes"],
    ["OPFIND_BACKUP_EVERY", "24"],
    ["OPFIND_BACKUP_EVERY", "0h"],
    ["OPFIND_BACKUP_EVERY", "15d"],
    ["OPFIND_LOG_LEVEL", "loud"],
    ["OPFIND_MODEL", "../../etc/passwd"],
    ["TENRAI_URL", "file:///etc/passwd"],
    ["REDIS_URL", "http://localhost"],
    ["OPFIND_DEVICE", "CPU GPU"],
    ["OPFIND_COVER_HOSTS", "*"],
    ["OPFIND_COVER_HOSTS", "localhost"],
    ["OPFIND_COVER_HOSTS", "10.0.0.1"],
    ["OPFIND_COVER_HOSTS", "127.0.0.1"],
    ["OPFIND_COVER_HOSTS", "[::1]:80"],
    ["OPFIND_COVER_HOSTS", "s4.anilist.co,https://evil.example"],
  ])("refuses %s=%s", (name, value) => {
    expect(failure({ [name]: value }).message).toContain(name);
  });

  test.each([
    ["30m", 1_800_000],
    ["24h", 86_400_000],
    ["7d", 604_800_000],
  ])("takes %s for a time", (text, ms) => {
    expect(readConfig({ ...NOTHING, OPFIND_BACKUP_EVERY: text }).env.OPFIND_BACKUP_EVERY).toBe(ms);
  });

  test("cannot be changed after it was read", () => {
    expect(Object.isFrozen(readConfig(NOTHING)) && Object.isFrozen(readConfig(NOTHING).env)).toBe(true);
  });

  test.each([
    [".env.example", /^#? ?([A-Z][A-Z_]+)=/gm],
    ["README.md", /^\| `([A-Z][A-Z_]+)` \|/gm],
  ])("%s lists exactly the variables that are read", (file, pattern) => {
    const listed = [...readText(file).matchAll(pattern)].map(([, name]) => name);
    expect(listed.sort()).toEqual([...NAMES].sort());
  });
});
