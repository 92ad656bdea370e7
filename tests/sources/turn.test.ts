import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ANILIST_MANNERS, ANIMETHEMES_MANNERS, TENRAI_MANNERS } from "../../src/sources/manners.ts";
import { type Fetch, politeFetch } from "../../src/sources/polite-fetch.ts";

const MINUTE = 60_000;
const signal = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the rate windows", () => {
  test.each([
    [ANILIST_MANNERS, 30],
    [ANIMETHEMES_MANNERS, 70],
    [TENRAI_MANNERS, 52],
  ])("of $service keep any minute polite", async (manners, mostPerMinute) => {
    const at: number[] = [];
    const fetch = politeFetch(manners, {
      fetch: async () => {
        at.push(Date.now());
        return new Response("{}");
      },
      userAgent: "opfind/1",
    });
    // A caller waits 30 s at most, so ask anew every second.
    for (let second = 0; second < 180; second++) {
      for (let burst = 0; burst < 3; burst++) void fetch("http://x/", { signal }).catch(() => {});
      await vi.advanceTimersByTimeAsync(1_000);
    }
    const perMinute = at.map((start) => at.filter((time) => time >= start && time < start + MINUTE).length);
    expect(Math.max(...perMinute)).toBeLessThanOrEqual(mostPerMinute);
    expect(Math.max(...perMinute)).toBeGreaterThan(15);
  });

  test("of AniList let nine requests of one long question through at once", async () => {
    const calls = vi.fn<Fetch>(async () => new Response("{}"));
    const fetch = politeFetch(ANILIST_MANNERS, { fetch: calls, userAgent: "opfind/1" });
    for (let at = 0; at < 12; at++) void fetch("http://x/", { signal });
    await vi.advanceTimersByTimeAsync(0);
    expect(calls).toHaveBeenCalledTimes(9);
    await vi.advanceTimersByTimeAsync(12_000);
    expect(calls).toHaveBeenCalledTimes(12);
  });

  test("tell a caller who would wait longer than half a minute", async () => {
    const manners = { service: "AniList", windows: [{ requests: 1, seconds: 60 }] };
    const fetch = politeFetch(manners, { fetch: async () => new Response("{}"), userAgent: "opfind/1" });
    await fetch("http://x/", { signal });
    const answer = expect(fetch("http://x/", { signal })).rejects.toMatchObject({
      code: "source-throttled",
      message: "AniList asks to wait: opfind has asked it as often as is polite.",
    });
    await vi.advanceTimersByTimeAsync(30_000);
    await answer;
  });

  test("give no turn to who has left, and leave no timer behind", async () => {
    const fetch = politeFetch(TENRAI_MANNERS, { fetch: async () => new Response("{}"), userAgent: "opfind/1" });
    const leaving = new AbortController();
    await Promise.all([fetch("http://x/", { signal }), fetch("http://x/", { signal })]);
    const left = Array.from({ length: 20 }, () => fetch("http://x/", { signal: leaving.signal }));
    const stayed = fetch("http://x/", { signal });
    leaving.abort();
    for (const outcome of await Promise.allSettled(left))
      expect(outcome).toMatchObject({ reason: { code: "aborted" } });
    await vi.advanceTimersByTimeAsync(1_000);
    await stayed;
    // What is left are the windows of the limiter, which keep no process alive.
    expect(vi.getTimerCount()).toBeLessThanOrEqual(2);
  });

  test("refuse the hundred and first in the line", async () => {
    const manners = { service: "AniList", windows: [{ requests: 1, seconds: 60 }] };
    const fetch = politeFetch(manners, { fetch: async () => new Response("{}"), userAgent: "opfind/1" });
    const leaving = new AbortController();
    await fetch("http://x/", { signal });
    const line = Array.from({ length: 100 }, () => fetch("http://x/", { signal: leaving.signal }).catch(() => {}));
    await vi.advanceTimersByTimeAsync(0);
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code: "source-throttled" });
    leaving.abort();
    await Promise.all(line);
  });
});
