import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Fetch, politeFetch } from "../../src/sources/polite-fetch.ts";
import { endless, politely } from "../support/politely.ts";

const MINUTE = 60_000;
const signal = new AbortController().signal;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a polite fetch", () => {
  test("says who it is, whatever the caller's headers are", async () => {
    const seen: Headers[] = [];
    const fetch = politely(async (_, init) => {
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
    const fetch = politely(async () => new Response("<h1>no</h1>", { status }));
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code, message });
  });

  test.each([200, 400, 401, 404, 422])("hands status %i on, which only the caller can read", async (status) => {
    const response = await politely(async () => new Response("text", { status }))("http://x/", { signal });
    expect([response.status, await response.text()]).toEqual([status, "text"]);
  });

  test("tells a failed connection as down, with its reason", async () => {
    const fetch = politely(() => Promise.reject(new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") })));
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({
      code: "source-down",
      message: "AniList is down: the connection failed (ECONNREFUSED).",
    });
  });

  test("lets bugs through as they are", async () => {
    const bug = new RangeError("bug");
    await expect(politely(() => Promise.reject(bug))("http://x/", { signal })).rejects.toBe(bug);
  });

  test("reads no more than its limit", async () => {
    const fetch = politely(async () => new Response("x".repeat(2_000)), { timeoutMs: 8_000, maxBytes: 1_000 });
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code: "source-other-shape" });
  });

  test("gives up after eight seconds of silence, the body included", async () => {
    const fetch = politely(async (_, init) => new Response(endless(init?.signal)));
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
    const fetch = politely(async (_, init) => {
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
    const answer = politely(calls)("http://x/", { signal });
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(calls).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await (await answer).text()).toBe("done");
  });

  test("beyond five seconds is told at once, and nobody asks before it is over", async () => {
    const calls = vi.fn<Fetch>(async () => throttled("60"));
    const fetch = politely(calls);
    const failure = { code: "source-throttled", message: "AniList asks to wait: it wants no request for 60 s." };
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject(failure);
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject({ code: "source-throttled" });
    expect(calls).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(MINUTE);
    await expect(fetch("http://x/", { signal })).rejects.toMatchObject(failure);
    expect(calls).toHaveBeenCalledTimes(2);
  });

  test("reaches those who wait for their turn: none of them asks", async () => {
    const calls = vi.fn<Fetch>(async () => throttled("60"));
    const manners = { service: "AniList", windows: [{ requests: 2, seconds: 1 }] };
    const fetch = politeFetch(manners, { fetch: calls, userAgent: "opfind/1" });
    const answers = Promise.allSettled(Array.from({ length: 10 }, () => fetch("http://x/", { signal })));
    await vi.advanceTimersByTimeAsync(0); // nobody waits for a turn to hear it
    for (const outcome of await answers) expect(outcome).toMatchObject({ reason: { code: "source-throttled" } });
    expect(calls.mock.calls.length).toBeLessThanOrEqual(2);
  });

  test("of a moment holds those who wait for their turn as well", async () => {
    const at: number[] = [];
    const answers = [throttled("4"), throttled("4")];
    const manners = { service: "AniList", windows: [{ requests: 2, seconds: 1 }] };
    const fetch = politeFetch(manners, {
      fetch: async () => {
        at.push(Date.now());
        return answers.shift() ?? new Response("done");
      },
      userAgent: "opfind/1",
    });
    const start = Date.now();
    const asked = Promise.all(Array.from({ length: 4 }, () => fetch("http://x/", { signal })));
    await vi.advanceTimersByTimeAsync(10_000);
    await asked;
    expect(at.slice(2).every((time) => time >= start + 4_000)).toBe(true);
  });

  test("is given up after two more tries", async () => {
    const calls = vi.fn<Fetch>(async () => throttled("1"));
    const answer = expect(politely(calls)("http://x/", { signal })).rejects.toMatchObject({ code: "source-throttled" });
    await vi.advanceTimersByTimeAsync(10_000);
    await answer;
    expect(calls).toHaveBeenCalledTimes(3);
  });

  test("with 503 is honoured too", async () => {
    const answers = [new Response("", { status: 503, headers: { "retry-after": "2" } }), new Response("done")];
    const answer = politely(async () => answers.shift() ?? Response.error())("http://x/", { signal });
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await (await answer).text()).toBe("done");
  });

  test("is no prison: a caller may leave while it waits", async () => {
    const controller = new AbortController();
    const fetch = politely(async () => throttled("4"));
    const answer = expect(fetch("http://x/", { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    await vi.advanceTimersByTimeAsync(100);
    controller.abort();
    await answer;
  });
});

function throttled(retryAfter: string): Response {
  return new Response("{}", { status: 429, headers: { "retry-after": retryAfter } });
}
