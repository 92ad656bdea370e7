import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ANILIST_MANNERS, ANIMETHEMES_MANNERS, TENRAI_MANNERS } from "../../src/sources/manners.ts";
import { type Fetch, politeFetch } from "../../src/sources/polite-fetch.ts";
import { hasty } from "../support/hasty.ts";

const MINUTE = 60_000;
const signal = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a polite fetch", () => {
  test("says who it is, whatever the caller's headers are", async () => {
    const seen: Headers[] = [];
    const fetch = polite(async (_, init) => {
      seen.push(new Headers(init?.headers));
      return new Response("{}");
    });
    await fetch("http://x/", { headers: { "user-agent": "node", accept: "application/json" }, signal });
    expect(seen[0]?.get("user-agent")).toBe("opfind/1 (+https://example.org)");
    expect(seen[0]?.get("accept")).toBe("application/json");
  });

  test.each([
    [502, "source-down", "AniList is down: it answered with status 502."],
    [522, "source-down", "AniList is down: it answered with status 522."],
    [500, "source-down", "AniList is down: it answered with status 500."],
    [503, "source-down", "AniList is down: it answered with status 503."],
    [403, "source-refused", "AniList refused the request: it answered with status 403."],
  ])("tells status %i as %s", async (status, code, message) => {
    const fetch = polite(async () => new Response("<h1>no</h1>", { status }));
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code, message });
  });

  test.each([200, 400, 401, 404, 422])("hands status %i on, which only the caller can read", async (status) => {
    const response = await polite(async () => new Response("text", { status }))("http://x/", { signal });
    expect([response.status, await response.text()]).toEqual([status, "text"]);
  });

  test("tells a failed connection as down, with its reason", async () => {
    const fetch = polite(() => Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })));
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({
      code: "source-down",
      message: "AniList is down: the connection failed (ECONNREFUSED).",
    });
  });

  test("lets bugs through as they are", async () => {
    const bug = new RangeError("bug");
    await expect(polite(() => Promise.reject(bug))("http://x/", { signal })).rejects.toBe(bug);
  });

  test("reads no more than its limit", async () => {
    const fetch = polite(async () => new Response("x".repeat(2_000)), { timeoutMs: 8_000, maxBytes: 1_000 });
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code: "source-other-shape" });
  });

  test("gives up after eight seconds of silence, the body included", async () => {
    const fetch = polite(async (_, init) => new Response(endless(init?.signal)));
    const answer = expect(fetch("http://x/", { signal })).rejects.toMatchObject({
      code: "source-timeout",
      message: "AniList did not answer in time: 8 s went by.",
    });
    await vi.advanceTimersByTimeAsync(7_999);
    expect(vi.getTimerCount()).toBeGreaterThan(0);
    await vi.advanceTimersByTimeAsync(1);
    await answer;
  });

  test("tells a cancelled request as aborted and stops it", async () => {
    const controller = new AbortController();
    let inner: AbortSignal | null | undefined;
    const fetch = polite(async (_, init) => {
      inner = init?.signal;
      return new Response(endless(init?.signal));
    });
    const answer = expect(fetch("http://x/", { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await answer;
    expect(inner?.aborted).toBe(true);
  });
});

describe("Retry-After", () => {
  test.each([
    ["2", 2_000],
    ["Thu, 01 Jan 2026 00:00:03 GMT", 3_000],
    ["nonsense", 1_000],
  ])("of %j is waited for, then the request is sent again", async (header, waitMs) => {
    vi.setSystemTime(new Date("2026-01-01T00:00:00Z"));
    const answers = [throttled(header), new Response("done")];
    const calls = vi.fn<Fetch>(async () => answers.shift() ?? throttled(header));
    const answer = polite(calls)("http://x/", { signal });
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(calls).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await (await answer).text()).toBe("done");
  });

  test("beyond five seconds is told at once, and nobody asks before it is over", async () => {
    const calls = vi.fn<Fetch>(async () => throttled("60"));
    const fetch = polite(calls);
    const failure = { code: "source-throttled", message: "AniList asks to wait: it wants no request for 60 s." };
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject(failure);
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code: "source-throttled" });
    expect(calls).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(MINUTE);
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject(failure);
    expect(calls).toHaveBeenCalledTimes(2);
  });

  test("is given up after two more tries", async () => {
    const calls = vi.fn<Fetch>(async () => throttled("1"));
    const answer = expect(polite(calls)("http://x/", { signal })).rejects.toMatchObject({ code: "source-throttled" });
    await vi.advanceTimersByTimeAsync(10_000);
    await answer;
    expect(calls).toHaveBeenCalledTimes(3);
  });

  test("with 503 is honoured too", async () => {
    const answers = [new Response("", { status: 503, headers: { "retry-after": "2" } }), new Response("done")];
    const answer = polite(async () => answers.shift() ?? Response.error())("http://x/", { signal });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await (await answer).text()).toBe("done");
  });

  test("is no prison: a caller may leave while it waits", async () => {
    const controller = new AbortController();
    const fetch = polite(async () => throttled("4"));
    const answer = expect(fetch("http://x/", { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    await vi.advanceTimersByTimeAsync(100);
    controller.abort();
    await answer;
  });
});

describe("the circuit breaker", () => {
  test("leaves a host alone for five minutes after a 403, then ten, and no longer than an hour", async () => {
    const calls = vi.fn<Fetch>(
      async () => new Response("The AniList API has been temporarily disabled", { status: 403 }),
    );
    const fetch = polite(calls);
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
    const fetch = polite(calls);
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
    const fetch = polite(calls);
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
    const fetch = polite(calls);
    await fetch("http://x/", { signal }).catch(() => {});
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    const asked = [1, 2, 3].map(() => fetch("http://x/", { signal }).catch(({ code }) => code));
    expect(await Promise.all(asked)).toEqual(Array(3).fill("source-refused"));
    expect(calls).toHaveBeenCalledTimes(2);
  });

  test("does not count what is the caller's own: not found, throttled, cancelled", async () => {
    const calls = vi.fn<Fetch>(async () => new Response("", { status: 404 }));
    const fetch = polite(calls);
    for (let at = 0; at < 10; at++) await fetch("http://x/", { signal });
    expect(calls).toHaveBeenCalledTimes(10);
  });
});

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
});

function polite(fetch: Fetch, limits = { timeoutMs: 8_000, maxBytes: 8_000_000 }): Fetch {
  return politeFetch(hasty("AniList"), { fetch, userAgent: "opfind/1 (+https://example.org)", limits });
}

function throttled(retryAfter: string): Response {
  return new Response("{}", { status: 429, headers: { "retry-after": retryAfter } });
}

/** A body that never ends until the request is aborted. */
function endless(signal: AbortSignal | null | undefined): ReadableStream {
  return new ReadableStream({
    start(controller) {
      signal?.addEventListener("abort", () => controller.error(signal.reason));
    },
  });
}
