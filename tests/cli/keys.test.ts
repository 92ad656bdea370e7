import { expect, test } from "vitest";
import { keysVerb } from "../../src/cli/keys.ts";
import { runProgram } from "../../src/cli/run-program.ts";
import { readConfig } from "../../src/config.ts";
import { openKeyStore } from "../../src/index/key-store.ts";
import { openLog } from "../../src/log.ts";
import { stillClock } from "../support/posters.ts";
import { tempDir } from "../support/temp-dir.ts";
import { toldOutput } from "../support/told-output.ts";

async function keys(dataDir: string, ...words: readonly string[]) {
  const told = toldOutput();
  const context = {
    config: readConfig({ OPFIND_DATA_DIR: dataDir }),
    log: openLog({ level: "silent", isPretty: false }),
    output: told.output,
    signal: new AbortController().signal,
  };
  const openKeys = async () => openKeyStore({ dataDir, clock: stillClock() });
  const verbs = { keys: { summary: "keys", load: async () => keysVerb(context, { openKeys }) } };
  const argv = ["keys", ...words];
  const code = await runProgram({ argv, output: told.output, verbs, version: "0", openContext: () => context });
  return { ...told, code };
}

test("a key is shown once, when it is made, and listed without its secret until it is revoked", async () => {
  const dataDir = tempDir();
  const made = await keys(dataDir, "create", "my", "bot", "--role", "write");
  const [secret = ""] = made.lines;
  expect(secret).toMatch(/^opfind_[0-9a-f]{12}_[\w-]{43}$/);
  const listed = await keys(dataDir, "list");
  expect(listed.lines).toEqual([expect.stringMatching(/^[0-9a-f]{12} {2}write {2}2026-01-02 {2}my bot$/)]);
  const [keyId = ""] = listed.lines[0]?.split(" ") ?? [];
  expect(JSON.stringify(await keys(dataDir, "list", "--json"))).not.toContain(secret.slice(-43));
  expect((await keys(dataDir, "revoke", keyId)).code).toBe(0);
  expect((await keys(dataDir, "list")).lines[0]).toContain("revoked 2026-01-02");
});

test("--json gives the key and who may use it; a key reads unless told otherwise", async () => {
  const { answers } = await keys(tempDir(), "create", "reader", "--json");
  expect(answers).toEqual([
    {
      keyId: expect.any(String),
      name: "reader",
      role: "read",
      createdAt: "2026-01-02T03:04:05.000Z",
      key: expect.stringMatching(/^opfind_/),
    },
  ]);
});

test.each([
  ["a role that there is not", ["create", "x", "--role", "king"]],
  ["a name of blanks", ["create", " "]],
  ["a name without end", ["create", "x".repeat(101)]],
  ["a key that there is not", ["revoke", "nobody"]],
])("%s is wrong usage", async (_, words) => {
  expect((await keys(tempDir(), ...words)).code).toBe(2);
});
