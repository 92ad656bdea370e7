import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Fetch, politeFetch } from "../../src/sources/polite-fetch.ts";
import { endless, politely } from "../support/politely.ts";

const MINUTE = 60_000;
const signal = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the circuit breaker", () => {
  test("leaves a host alone for five minutes after a 403, then ten, and no longer than an hour", async () => {
    const calls = vi.fn<Fetch>(
      async () => new Response("The AniList API has been temporarily disabled", { status: 403 }),
    );
    const fetch = politely(calls);
    const ask = () => fetch("http://x/", { signal }).catch((error) => error);
    expect(await ask()).toMatchObject({ code: "source-down", message: "AniList is down: it is temporarily disabled." });
    for (const [at, minutes] of [5, 10, 20, 40, 60, 60].entries()) {
      await vi.advanceTimersByTimeAsync(minutes * MINUTE - 1_000);
      expect(await ask()).toMatchObject({ code: "source-down", message: expect.stringContaining("left alone") });
      expect(calls).toHaveBeenCalledTimes(at + 1);
      await vi.advanceTimersByTimeAsync(1_000);
      await ask();
      expect(calls).toHaveBeenCalledTimes(at + 2);
    }
  });

  test("opens after three failures running and closes when one probe succeeds", async () => {
    let isDown = true;
    const calls = vi.fn<Fetch>(async () => new Response("body", { status: isDown ? 502 : 200 }));
    const fetch = politely(calls);
    const ask = () =>
      fetch("http://x/", { signal }).then(
        ({ status }) => status,
        ({ code }) => code,
      );
    expect([await ask(), await ask(), await ask(), await ask(), await ask()]).toEqual(Array(5).fill("source-down"));
    expect(calls).toHaveBeenCalledTimes(3);
    isDown = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect([await ask(), await ask()]).toEqual([200, 200]);
    expect(calls).toHaveBeenCalledTimes(5);
  });

  test("sends nobody to a host that failed while they waited for their turn", async () => {
    const calls = vi.fn<Fetch>(async () => new Response("", { status: 502 }));
    const manners = { service: "Tenrai", windows: [{ requests: 2, seconds: 1 }] };
    const fetch = politeFetch(manners, { fetch: calls, userAgent: "opfind/1" });
    const asked = Array.from({ length: 20 }, () => fetch("http://x/", { signal }).catch((error) => error));
    await vi.advanceTimersByTimeAsync(1_000);
    const failures = await Promise.all(asked);
    expect(calls.mock.calls.length).toBeLessThanOrEqual(4);
    expect(failures.map(({ code }) => code)).toEqual(Array(20).fill("source-down"));
    expect(failures[19].message).toContain("Tenrai is left alone for a while");
  });

  test("opens after one silence: nobody waits eight seconds twice", async () => {
    const calls = vi.fn<Fetch>(async (_, init) => new Response(endless(init?.signal)));
    const fetch = politely(calls);
    const first = expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code: "source-timeout" });
    await vi.advanceTimersByTimeAsync(8_000);
    await first;
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({
      code: "source-timeout",
      message: "AniList is left alone for a while, since: AniList did not answer in time: 8 s went by.",
    });
    expect(calls).toHaveBeenCalledTimes(1);
  });

  test("lets one probe through; those who ask meanwhile share its fate", async () => {
    const calls = vi.fn<Fetch>(async () => new Response("", { status: 403 }));
    const fetch = politely(calls);
    await fetch("http://x/", { signal }).catch(() => {});
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    const asked = [1, 2, 3].map(() => fetch("http://x/", { signal }).catch(({ code }) => code));
    expect(await Promise.all(asked)).toEqual(Array(3).fill("source-refused"));
    expect(calls).toHaveBeenCalledTimes(2);
  });

  test("does not count what is the caller's own: not found, throttled, cancelled", async () => {
    const calls = vi.fn<Fetch>(async () => new Response("", { status: 404 }));
    const fetch = politely(calls);
    for (let at = 0; at < 10; at++) await fetch("http://x/", { signal });
    expect(calls).toHaveBeenCalledTimes(10);
  });
});
