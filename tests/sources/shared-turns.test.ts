import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ANILIST_MANNERS, type Manners } from "../../src/sources/manners.ts";
import { politeFetch } from "../../src/sources/polite-fetch.ts";
import { openSharedTurns } from "../../src/sources/shared-turns.ts";
import { hasRedis, startRedis } from "../support/redis.ts";

/** Windows so long that none of them ends within a test. */
const SLOW: Manners = { service: "AniList", windows: [{ requests: 6, seconds: 600 }] };

/** One instance of opfind with a connection of its own; `granted` counts what it was allowed to send. */
async function instanceOn(url: string, manners = SLOW) {
  const onTrouble = vi.fn();
  const turns = openSharedTurns(url, onTrouble);
  const leaving = new AbortController();
  onTestFinished(() => {
    leaving.abort();
    turns.close();
  });
  let granted = 0;
  const send = async () => {
    granted++;
    return new Response("{}");
  };
  const fetch = politeFetch(manners, { fetch: send, userAgent: "opfind/1", limiterFor: turns.limiterFor });
  const ask = (times: number) => {
    const { signal } = leaving;
    return Array.from({ length: times }, () => fetch("http://x/", { signal }).then(() => "sent", String));
  };
  const askOther = async () =>
    void (await (await turns.limiterFor("other", { requests: 99, seconds: 9 })).consume("x"));
  return { ask, askOther, granted: () => granted, onTrouble };
}

describe.skipIf(!hasRedis)("turns that several instances share in Redis (redis-server has to be installed)", () => {
  test.each([
    ["one window", SLOW, 6],
    ["a window and its reserve", { ...ANILIST_MANNERS, windows: [{ requests: 4, seconds: 600 }] }, 9],
  ])("keep the sum of all instances within %s", async (_, manners, most) => {
    const { url } = await startRedis();
    const instances = await Promise.all([1, 2, 3].map(() => instanceOn(url, manners)));
    const sum = () => instances.reduce((all, { granted }) => all + granted(), 0);
    for (const { ask } of instances) ask(8);
    await expect.poll(sum).toBe(most);
    // Redis answers in order: once it has answered everyone anew, whoever asked in vain before has been refused.
    await Promise.all(instances.map(({ askOther }) => askOther()));
    expect(sum()).toBe(most);
    expect(instances.every(({ onTrouble }) => onTrouble.mock.calls.length === 0)).toBe(true);
  });

  test("go on in each process alone when Redis goes away, and say so once", async () => {
    const redis = await startRedis();
    const { ask, granted, onTrouble } = await instanceOn(redis.url);
    await Promise.all(ask(2));
    await redis.kill();
    ask(8);
    await expect.poll(granted).toBe(8); // six in this process, after the two that Redis had counted
    expect(onTrouble).toHaveBeenCalledTimes(1);
  });
});

test("turns in a Redis that was never there are counted in this process", async () => {
  const { ask, granted, onTrouble } = await instanceOn("redis://127.0.0.1:1");
  ask(8);
  await expect.poll(granted).toBe(6);
  expect(onTrouble).toHaveBeenCalledTimes(1);
});
