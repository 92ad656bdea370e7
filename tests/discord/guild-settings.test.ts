import { describe, expect, test } from "vitest";
import { changeSettings, DEFAULT_SETTINGS, listensIn, settingsOf } from "../../src/discord/guild-settings.ts";
import { openSettingsStore } from "../../src/index/bot-settings.ts";
import { storeWith } from "../support/index-deps.ts";
import { stillClock } from "../support/posters.ts";

async function backend() {
  const { read, write } = openSettingsStore((await storeWith(0)).store, stillClock());
  return { readSettings: read, writeSettings: write };
}

describe("the settings of a server", () => {
  test("are the usual ones until it decides, and then only what it decided differs", async () => {
    const store = await backend();
    expect(await settingsOf("1", store)).toEqual(DEFAULT_SETTINGS);
    await changeSettings("1", { listen: "off" }, store);
    await changeSettings("1", { spoilers: "omit" }, store);
    expect(await settingsOf("1", store)).toEqual({ ...DEFAULT_SETTINGS, listen: "off", spoilers: "omit" });
    expect(await settingsOf("2", store)).toEqual(DEFAULT_SETTINGS);
    expect(await settingsOf(null, store)).toEqual(DEFAULT_SETTINGS);
  });

  test("written by a version that knew fewer are completed", async () => {
    const store = await backend();
    await store.writeSettings("1", JSON.stringify({ listen: "off", later: true }));
    expect(await settingsOf("1", store)).toEqual({ ...DEFAULT_SETTINGS, listen: "off" });
  });

  test("cannot be what there is not", async () => {
    await expect(changeSettings("1", { listen: "sometimes" }, await backend())).rejects.toThrow();
  });

  test.each([
    ["everywhere", [], true],
    ["off", ["1"], false],
    ["channels", [], false],
    ["channels", ["1"], true],
    ["channels", ["9"], true],
  ] as const)(
    "%s with chosen channels %j: answers in a thread of channel 9 called 1 are %s",
    (listen, channels, is) => {
      expect(listensIn({ ...DEFAULT_SETTINGS, listen, channels: [...channels] }, ["1", "9"])).toBe(is);
    },
  );
});
