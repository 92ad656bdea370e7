import { describe, expect, test } from "vitest";
import { OpfindError } from "../../src/errors.ts";
import { addressGroup } from "../../src/http/address-group.ts";
import { BodyBudget } from "../../src/http/body-budget.ts";
import { openRates } from "../../src/http/rates.ts";
import { openWorkQueue } from "../../src/pipeline/work-queue.ts";
import { deferred } from "../support/deferred.ts";
import { form, keyOf, openTestServer } from "../support/http-server.ts";
import { MATCH, residentDouble } from "../support/resident-double.ts";

const byId = { method: "GET", url: "/api/v1/search/by-id/1" } as const;
const picture = form({ image: Uint8Array.of(1, 2, 3) });
const identify = { method: "POST", url: "/api/v1/identify", ...picture } as const;

describe("the rate limit", () => {
  const limited = () => openTestServer({ openness: "open", rates: openRates({ perKey: 4, perAddress: 2 }, null) });

  test("says in standard headers what is left, and when to come back", async () => {
    const { app } = await limited();
    const first = await app.inject(byId);
    expect(first.headers["ratelimit-policy"]).toBe('"address";q=2;w=60');
    expect(first.headers["ratelimit"]).toMatch(/^"address";r=1;t=(60|59)$/);
    await app.inject(byId);
    const third = await app.inject(byId);
    expect([third.statusCode, third.json().code]).toEqual([429, "too-many-requests"]);
    expect(Number(third.headers["retry-after"])).toBeGreaterThan(0);
  });

  test("of a key is its own, wherever it comes from", async () => {
    const { app } = await limited();
    const ask = (role: "read" | "write", remoteAddress: string) =>
      app.inject({ ...byId, remoteAddress, headers: keyOf(role) });
    for (const address of ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"]) {
      expect((await ask("read", address)).statusCode).toBe(200);
    }
    expect((await ask("read", "192.0.2.5")).statusCode).toBe(429);
    expect((await ask("write", "192.0.2.5")).statusCode).toBe(200);
  });

  test("is shared by the /64 of an IPv6 address", async () => {
    const { app } = await limited();
    const ask = (remoteAddress: string) => app.inject({ ...byId, remoteAddress });
    await ask("2001:db8:1:2::1");
    await ask("2001:db8:1:2:ffff::9");
    expect((await ask("2001:db8:1:2:3:4:5:6")).statusCode).toBe(429);
    expect((await ask("2001:db8:1:3::1")).statusCode).toBe(200);
  });

  test("counts wrong keys by the address they come from", async () => {
    const { app } = await limited();
    const guess = () => app.inject({ ...byId, headers: { authorization: "Bearer guess" } });
    expect([(await guess()).statusCode, (await guess()).statusCode, (await guess()).statusCode]).toEqual([
      401, 401, 429,
    ]);
  });

  test("costs a picture more than a look-up, and a health check nothing", async () => {
    const { app } = await limited();
    for (let i = 0; i < 5; i++) expect((await app.inject("/health")).statusCode).toBe(200);
    expect((await app.inject(identify)).statusCode).toBe(429);
  });

  test("believes X-Forwarded-For only from a proxy that the operator trusts", async () => {
    const rates = () => openRates({ perKey: 0, perAddress: 1 }, null);
    const settings = { trustedProxies: ["10.0.0.0/8"] };
    const { app } = await openTestServer({ openness: "open", rates: rates(), settings });
    const ask = (remoteAddress: string, client: string) =>
      app.inject({ ...byId, remoteAddress, headers: { "x-forwarded-for": client } });
    expect((await ask("10.1.2.3", "192.0.2.1")).statusCode).toBe(200);
    expect((await ask("10.1.2.3", "192.0.2.2")).statusCode).toBe(200);
    expect((await ask("192.0.2.9", "192.0.2.3")).statusCode).toBe(200);
    expect((await ask("192.0.2.9", "192.0.2.4")).statusCode).toBe(429);
  });
});

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["2001:db8::1", "2001:db8::/64"],
  ["2001:db8:0:0:ffff::1", "2001:db8::/64"],
  ["fe80::1%eth0", "fe80::/64"],
  ["", "unknown"],
  ["nonsense", "unknown"],
])("the address %s counts as %s", (address, group) => {
  expect(addressGroup(address)).toBe(group);
});

describe("overload", () => {
  test("is told as 503 when the queue is full, as 429 when the caller alone filled it, with a time to come back", async () => {
    const full = (reason: string) => async () => {
      throw new OpfindError("queue-full", "There is no room.", { details: { reason } });
    };
    for (const [reason, status] of [
      ["full", 503],
      ["lane-full", 429],
    ] as const) {
      const { app } = await openTestServer({ openness: "open", resident: residentDouble({ identify: full(reason) }) });
      const answer = await app.inject(identify);
      expect([answer.statusCode, answer.json().code, answer.headers["retry-after"]]).toEqual([
        status,
        "queue-full",
        "2",
      ]);
    }
  });

  test("refuses bodies beyond the room for them before they are read, and forgets those that are answered", async () => {
    const { app } = await openTestServer({ openness: "open", budget: new BodyBudget(picture.payload.length + 10) });
    const url = await app.listen({ host: "127.0.0.1", port: 0 });
    const send = () =>
      fetch(`${url}/api/v1/identify`, { method: "POST", body: picture.payload, headers: picture.headers });
    expect((await send()).status).toBe(200);
    const held = deferred<void>();
    const { app: slow } = await openTestServer({
      openness: "open",
      budget: new BodyBudget(picture.payload.length + 10),
      resident: residentDouble({ identify: () => held.promise.then(() => MATCH) }),
    });
    // An injected request begins once somebody waits for it.
    const first = slow.inject(identify).then((answer) => answer);
    await expect.poll(async () => (await slow.inject(identify)).statusCode).toBe(503);
    held.resolve();
    expect((await first).statusCode).toBe(200);
    expect((await slow.inject(identify)).statusCode).toBe(200);
  });

  test("a hundred at once get an answer or a documented refusal, and the queue is empty afterwards", async () => {
    const clock = { elapsedMs: () => 0 };
    const meter = { waited: () => {}, refused: () => {} };
    const limits = { concurrency: 2, capacity: 20, lanePlaces: 20, patienceMs: 1_000 };
    const queue = openWorkQueue({ limits, meter, clock });
    const { app, bugs } = await openTestServer({
      openness: "open",
      resident: residentDouble({ identify: (_, turn, signal) => queue.run(async () => MATCH, turn, signal) }),
    });
    const answers = await Promise.all(Array.from({ length: 100 }, () => app.inject(identify)));
    const statuses = new Set(answers.map(({ statusCode }) => statusCode));
    expect([...statuses].filter((status) => ![200, 429, 503].includes(status))).toEqual([]);
    expect(statuses.has(200)).toBe(true);
    expect([queue.depth, queue.running, bugs]).toEqual([0, 0, []]);
  });
});

test("work for a client that left is given up", async () => {
  const left = deferred<unknown>();
  const { app, bugs } = await openTestServer({
    openness: "open",
    resident: residentDouble({
      identify: (_, __, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            left.resolve(signal.reason);
            reject(signal.reason);
          });
          hangUp.abort();
        }),
    }),
  });
  const hangUp = new AbortController();
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const asking = fetch(`${url}/api/v1/identify`, {
    method: "POST",
    body: picture.payload,
    headers: picture.headers,
    signal: hangUp.signal,
  });
  await expect(asking).rejects.toThrow();
  expect(await left.promise).toMatchObject({ code: "aborted" });
  expect(bugs).toEqual([]);
});

test("a request that is under way when the service stops gets its answer", async () => {
  const held = deferred<void>();
  const begun = deferred<void>();
  const { app } = await openTestServer({
    openness: "open",
    resident: residentDouble({
      identify: async () => {
        begun.resolve();
        await held.promise;
        return MATCH;
      },
    }),
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const asking = fetch(`${url}/api/v1/identify`, { method: "POST", body: picture.payload, headers: picture.headers });
  await begun.promise;
  const closing = app.close();
  held.resolve();
  expect((await asking).status).toBe(200);
  await closing;
  await expect(fetch(`${url}/health`)).rejects.toThrow();
});
