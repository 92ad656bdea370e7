import type { LookupAddress } from "node:dns";
import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Covers, openCovers } from "../../src/sources/covers.ts";
import { checkedLookup, openGuardedFetch } from "../../src/sources/guarded-fetch.ts";
import { USER_AGENT } from "../support/hasty.ts";
import { http, listen } from "../support/listener.ts";

const { signal } = new AbortController();
const LOOPBACK: LookupAddress = { address: "127.0.0.1", family: 4 };

interface Setting {
  readonly hosts: readonly string[];
  /** null: the name server never answers */
  readonly addresses?: readonly LookupAddress[] | null;
  readonly timeoutMs?: number;
  readonly isOffline?: boolean;
}

/** The guard as `posters add` uses it, with a name server of the test's. */
function covers({ hosts, addresses = [LOOPBACK], timeoutMs = 5_000, isOffline = false }: Setting): Covers {
  const limits = { timeoutMs, maxBytes: 100_000 };
  const resolve = () => (addresses ? Promise.resolve(addresses) : new Promise<never>(() => {}));
  const opened = openCovers({ hosts, resolve, userAgent: USER_AGENT, isOffline, limits });
  onTestFinished(() => opened.close());
  return opened;
}

/** A server on an allowed loopback port that says the same to everybody. */
async function served(speak: (socket: Socket, request: string) => void) {
  const { port, reached } = await listen(speak);
  return { url: `http://127.0.0.1:${port}/cover.png`, host: `127.0.0.1:${port}`, reached };
}

describe("a host that the operator listed", () => {
  test("gives its bytes, to a client that says who it is", async () => {
    const asked: string[] = [];
    const { url, host } = await served((socket, request) => {
      asked.push(request);
      socket.end(http(200, { "content-length": 5 }, "cover"));
    });
    expect(Buffer.from(await covers({ hosts: [host] }).cover(url, signal)).toString()).toBe("cover");
    expect(asked.join()).toContain(`user-agent: ${USER_AGENT}`);
  });

  test("is forgotten by the signal once its bytes are there", async () => {
    const { url, host } = await served((socket) => void socket.end(http(200, { "content-length": 5 }, "cover")));
    const resolve = async () => [LOOPBACK];
    const guarded = openGuardedFetch({ service: "covers", hosts: [host], setting: "HOSTS", resolve });
    onTestFinished(() => guarded.close());
    const { signal: own } = new AbortController();
    const response = await guarded.fetch(url, { signal: own });
    await response.arrayBuffer();
    expect(getEventListeners(own, "abort")).toEqual([]);
  });

  test("is not asked while opfind is offline", async () => {
    const { url, host, reached } = await served(() => {});
    const asking = covers({ hosts: [host], isOffline: true }).cover(url, signal);
    await expect(asking).rejects.toMatchObject({ code: "source-offline" });
    expect(reached()).toBe(0);
  });
});

describe("a URL elsewhere", () => {
  const spellings = (port: number) => [
    `https://127.0.0.1:${port}/`,
    `http://127.1:${port}/`,
    `http://2130706433:${port}/`,
    `http://0x7f000001:${port}/`,
    `http://0177.0.0.1:${port}/`,
    `http://017700000001:${port}/`,
    `http://0.0.0.0:${port}/`,
    `http://127.0.0.2:${port}/`,
    `http://localhost:${port}/`,
    `http://localhost.:${port}/`,
    `http://[::1]:${port}/`,
    `http://[::ffff:127.0.0.1]:${port}/`,
    `http://[::ffff:7f00:1]:${port}/`,
    `http://[64:ff9b::7f00:1]:${port}/`,
    `http://①②⑦.0.0.1:${port}/`,
    `http://10.0.0.1:${port}/`,
    `http://169.254.169.254/latest/meta-data/`,
    `http://[fd00::1]:${port}/`,
    `http://[fe80::1]:${port}/`,
    `https://covers.test@127.0.0.1:${port}/`,
    `https://covers.test:${port}@127.0.0.1:${port}/`,
    `https://user:word@covers.test/`,
    `https://covers.test.:${port}/`,
    `https://covers.test.evil.test:${port}/`,
    `https://evil.test:${port}/#covers.test`,
    `http://covers.test/`,
    `file:///etc/passwd`,
    `data:image/png;base64,AAAA`,
    `ftp://covers.test/`,
    `//covers.test/`,
    `covers.test`,
    ``,
  ];

  test("is refused before anything is sent, however it is spelled", async () => {
    const { port, reached } = await listen();
    for (const url of spellings(port)) {
      await expect(covers({ hosts: ["covers.test"] }).cover(url, signal), url).rejects.toMatchObject({
        code: "url-forbidden",
      });
    }
    expect(reached()).toBe(0);
  });

  test("is another port of the allowed address", async () => {
    const { port, reached } = await listen();
    const asking = covers({ hosts: [`127.0.0.1:${port + 1}`] }).cover(`http://127.0.0.1:${port}/`, signal);
    await expect(asking).rejects.toMatchObject({ code: "url-forbidden" });
    expect(reached()).toBe(0);
  });
});

describe("a listed name", () => {
  test.each([
    ["loopback", [LOOPBACK]],
    ["a mapped address", [{ address: "::ffff:127.0.0.1", family: 6 }]],
    ["a private address among public ones", [{ address: "1.1.1.1", family: 4 }, LOOPBACK]],
    ["the address of a cloud's secrets", [{ address: "169.254.169.254", family: 4 }]],
    ["NAT64", [{ address: "64:ff9b::7f00:1", family: 6 }]],
  ])("that resolves to %s is not connected to", async (_, addresses) => {
    const { port, reached } = await listen();
    const asking = covers({ hosts: [`covers.test:${port}`], addresses }).cover(`https://covers.test:${port}/`, signal);
    await expect(asking).rejects.toMatchObject({ code: "url-forbidden", message: /public internet/ });
    expect(reached()).toBe(0);
  });

  test("that resolves to nothing is down", async () => {
    const asking = covers({ hosts: ["covers.test"], addresses: [] }).cover("https://covers.test/", signal);
    await expect(asking).rejects.toMatchObject({ code: "source-down" });
  });

  test("whose name server says nothing is left after the time limit", async () => {
    const asking = covers({ hosts: ["covers.test"], addresses: null, timeoutMs: 150 });
    await expect(asking.cover("https://covers.test/", signal)).rejects.toMatchObject({ code: "source-timeout" });
  });

  test("is resolved once: the connection gets the addresses that were checked", async () => {
    const answers = [[{ address: "1.1.1.1", family: 4 }], [LOOPBACK]];
    const lookup = checkedLookup(async () => answers.shift() ?? []);
    const ask = (all: boolean) =>
      new Promise((resolve) => lookup("covers.test", { all }, (error, address) => resolve(error ?? address)));
    expect(await ask(true)).toEqual([{ address: "1.1.1.1", family: 4 }]);
    expect(answers).toHaveLength(1);
    // The name now points inward, as one does that is made to change its mind: the next connection looks again.
    expect(await ask(false)).toMatchObject({ code: "url-forbidden" });
  });
});

describe("a redirect", () => {
  const redirecting = (to: string) => served((socket) => socket.end(http(302, { location: to, "content-length": 0 })));

  test("to a path of the same host is followed", async () => {
    const { url, host, reached } = await served((socket, request) =>
      socket.end(
        request.startsWith("GET /cover.png")
          ? http(301, { location: "/moved.png", "content-length": 0 })
          : http(200, { "content-length": 5 }, "cover"),
      ),
    );
    expect(await covers({ hosts: [host] }).cover(url, signal)).toHaveLength(5);
    expect(reached()).toBe(2);
  });

  test.each([
    ["inward", (port: number) => `http://127.0.0.1:${port}/`],
    ["inward by another spelling", (port: number) => `http://2130706433:${port}/`],
    ["to another host", (port: number) => `https://evil.test:${port}/`],
    ["to a listed name that resolves inward", (port: number) => `https://covers.test:${port}/`],
    ["to a file", () => "file:///etc/passwd"],
    ["to nonsense", () => "http://["],
  ])("%s is not followed", async (_, to) => {
    const inner = await listen();
    const { url, host } = await redirecting(to(inner.port));
    const asking = covers({ hosts: [host, `covers.test:${inner.port}`] }).cover(url, signal);
    await expect(asking).rejects.toMatchObject({ code: "url-forbidden" });
    expect(inner.reached()).toBe(0);
  });

  test("in a circle ends after three", async () => {
    const { url, host, reached } = await redirecting("/cover.png");
    await expect(covers({ hosts: [host] }).cover(url, signal)).rejects.toMatchObject({ code: "source-other-shape" });
    expect(reached()).toBe(4);
  });
});

describe("a server that misbehaves", () => {
  const ask = async (speak: (socket: Socket) => void, timeoutMs?: number) => {
    const { url, host } = await served(speak);
    return covers({ hosts: [host], ...(timeoutMs ? { timeoutMs } : {}) }).cover(url, signal);
  };
  const forever = (socket: Socket, piece: string) => {
    const more = () => {
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on("drain", more);
    more();
  };

  test.each<[string, (socket: Socket) => void, string]>([
    [
      "sends without end",
      (socket) => {
        socket.write(http(200, {}));
        forever(socket, "x".repeat(10_000));
      },
      "source-other-shape",
    ],
    [
      "announces too much",
      (s) => s.write(http(200, { "content-length": 1e12 }, "x".repeat(200_000))),
      "source-other-shape",
    ],
    ["sends less than it announced", (s) => s.end(http(200, { "content-length": 1_000 }, "cover")), "source-down"],
    ["is none of HTTP", (s) => s.end("cover"), "source-down"],
    ["hangs up", (s) => s.destroy(), "source-down"],
    ["has no such picture", (s) => s.end(http(404, { "content-length": 0 })), "cover-missing"],
    ["refuses", (s) => s.end(http(403, { "content-length": 0 })), "source-refused"],
    ["is broken", (s) => s.end(http(502, { "content-length": 0 })), "source-down"],
    ["wants a long pause", (s) => s.end(http(429, { "retry-after": 60, "content-length": 0 })), "source-throttled"],
    ["says nothing in particular", (s) => s.end(http(418, { "content-length": 0 })), "source-other-shape"],
  ])("and %s is told apart", async (_, speak, code) => {
    await expect(ask(speak)).rejects.toMatchObject({ code });
  });

  test.each<[string, (socket: Socket) => void]>([
    ["says nothing", () => {}],
    ["stops in its middle", (socket) => socket.write(http(200, { "content-length": 1_000 }, "cover"))],
  ])("and %s is left after the time limit", async (_, speak) => {
    await expect(ask(speak, 150)).rejects.toMatchObject({ code: "source-timeout" });
  });

  test("gives no more bytes than it announced", async () => {
    expect(await ask((socket) => socket.end(http(200, { "content-length": 5 }, "cover and more")))).toHaveLength(5);
  });
});

test("an interrupted download ends at once", async () => {
  const { url, host } = await served(() => stop.abort());
  const stop = new AbortController();
  await expect(covers({ hosts: [host] }).cover(url, stop.signal)).rejects.toMatchObject({ code: "aborted" });
});
