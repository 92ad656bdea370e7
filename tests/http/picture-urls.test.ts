import type { LookupAddress } from "node:dns";
import type { Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { openPictures } from "../../src/sources/pictures.ts";
import { USER_AGENT } from "../support/hasty.ts";
import { openTestServer } from "../support/http-server.ts";
import { http, listen } from "../support/listener.ts";
import { MATCH, residentDouble } from "../support/resident-double.ts";

interface Setting {
  readonly hosts: readonly string[];
  /** what the name server says, one answer after another; the last one stays */
  readonly answers?: readonly (readonly LookupAddress[])[];
}

/** The service as a stranger reaches it, with the real guard and a name server of the test's. */
async function service({ hosts, answers = [[{ address: "127.0.0.1", family: 4 }]] }: Setting) {
  const left = [...answers];
  const resolve = async () => (left.length > 1 ? left.shift() : left[0]) ?? [];
  const pictures = openPictures({ hosts, resolve, userAgent: USER_AGENT, isOffline: false });
  onTestFinished(() => pictures.close());
  const got: Uint8Array[] = [];
  const { app, bugs } = await openTestServer({
    openness: "open",
    fetchPicture: pictures.picture,
    resident: residentDouble({
      async identify(bytes) {
        got.push(bytes);
        return MATCH;
      },
    }),
  });
  const ask = async (imageUrl: string) => {
    const { statusCode, body } = await app.inject({ method: "POST", url: "/api/v1/identify", payload: { imageUrl } });
    expect(bugs).toEqual([]);
    return { statusCode, code: String(JSON.parse(body).code), message: String(JSON.parse(body).detail) };
  };
  return { ask, got };
}

const spellings = (port: number) => [
  `http://127.0.0.1:${port}/`,
  `http://localhost:${port}/`,
  `http://127.1:${port}/`,
  `http://2130706433:${port}/`,
  `http://0x7f.0.0.1:${port}/`,
  `http://0177.0.0.1:${port}/`,
  `http://0.0.0.0:${port}/`,
  `http://[::]:${port}/`,
  `http://[::1]:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://[::ffff:7f00:1]:${port}/`,
  `http://10.0.0.1:${port}/`,
  `http://192.168.0.1:${port}/`,
  `http://172.16.0.1:${port}/`,
  `http://169.254.169.254/latest/meta-data/`,
  `http://[fe80::1]:${port}/`,
  `http://[fd00::1]:${port}/`,
  `https://covers.test@127.0.0.1:${port}/`,
  `https://covers.test.evil.test:${port}/`,
];

describe("a picture by URL", () => {
  test("reaches no listener however an inner address is spelled, also when hosts are listed", async () => {
    const { port, reached } = await listen();
    for (const hosts of [[], ["covers.test"]]) {
      const { ask } = await service({ hosts });
      for (const url of spellings(port)) expect([url, (await ask(url)).code]).toEqual([url, "url-forbidden"]);
    }
    expect(reached()).toBe(0);
  });

  test.each([
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "ftp://covers.test/",
    "javascript:1",
    "//covers.test/",
  ])("%s is no valid request", async (url) => {
    const { ask } = await service({ hosts: ["covers.test"] });
    expect(await ask(url)).toMatchObject({ statusCode: 400, code: "request-invalid" });
  });

  test("is told which setting lists hosts", async () => {
    const { ask } = await service({ hosts: [] });
    expect((await ask("https://covers.test/1.png")).message).toContain("OPFIND_IMAGE_HOSTS");
  });

  test.each<[string, readonly (readonly LookupAddress[])[]]>([
    ["resolves inward", [[{ address: "127.0.0.1", family: 4 }]]],
    ["resolves to a mapped inner address", [[{ address: "::ffff:10.0.0.1", family: 6 }]]],
    ["resolves inward the second time", [[{ address: "127.0.0.1", family: 4 }], [{ address: "127.0.0.1", family: 4 }]]],
    [
      "has one inner address among others",
      [
        [
          { address: "1.1.1.1", family: 4 },
          { address: "127.0.0.1", family: 4 },
        ],
      ],
    ],
  ])("of a listed name that %s is not fetched", async (_, answers) => {
    const { port, reached } = await listen();
    const { ask } = await service({ hosts: [`covers.test:${port}`], answers });
    for (let time = 0; time < 2; time++) {
      expect((await ask(`https://covers.test:${port}/1.png`)).code).toBe("url-forbidden");
    }
    expect(reached()).toBe(0);
  });

  test("is not followed inward by a redirect", async () => {
    const inner = await listen();
    const to = `http://127.0.0.1:${inner.port}/`;
    const { port } = await listen((socket: Socket) => socket.end(http(302, { location: to, "content-length": 0 })));
    const { ask } = await service({ hosts: [`127.0.0.1:${port}`] });
    expect((await ask(`http://127.0.0.1:${port}/1.png`)).code).toBe("url-forbidden");
    expect(inner.reached()).toBe(0);
  });

  test("from a listed host is looked at; a missing one is told", async () => {
    const { port } = await listen((socket, request) =>
      socket.end(
        request.startsWith("GET /1.png")
          ? http(200, { "content-length": 5 }, "cover")
          : http(404, { "content-length": 0 }),
      ),
    );
    const { ask, got } = await service({ hosts: [`127.0.0.1:${port}`] });
    expect((await ask(`http://127.0.0.1:${port}/1.png`)).statusCode).toBe(200);
    expect(Buffer.from(got[0] ?? []).toString()).toBe("cover");
    expect(await ask(`http://127.0.0.1:${port}/2.png`)).toMatchObject({ statusCode: 422, code: "cover-missing" });
  });
});
