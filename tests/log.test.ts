import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const LOG = resolve(import.meta.dirname, "../dist/log.js");

test("what Discord refused is logged without the interaction's token and without what was to be said", async () => {
  const script = `
    import { DiscordAPIError } from "discord.js";
    import { openLog } from ${JSON.stringify(LOG)};
    const url = "https://discord.com/api/v10/webhooks/1/the-secret/messages/@original";
    const refusal = { message: "Invalid Form Body", code: 50035, errors: {} };
    const body = { files: [], body: { content: "the words" } };
    const err = new DiscordAPIError(refusal, 50035, 400, "PATCH", url, body);
    openLog({ level: "info", isPretty: false }).error({ err }, "a handler failed");
  `;
  const { stderr } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  expect(stderr).toContain("Invalid Form Body");
  expect(stderr).not.toMatch(/the-secret|the words/);
});
