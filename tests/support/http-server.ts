import { pino } from "pino";
import { onTestFinished } from "vitest";
import type { Role } from "../../src/domain/api-key.ts";
import { OpfindError } from "../../src/errors.ts";
import type { App } from "../../src/http/app.ts";
import type { KeyBook, Openness } from "../../src/http/auth.ts";
import { BodyBudget } from "../../src/http/body-budget.ts";
import type { Answered } from "../../src/http/http-meter.ts";
import { openRates, type Rates } from "../../src/http/rates.ts";
import { buildServer, type ServerDeps, type ServerSettings } from "../../src/http/server.ts";
import { residentDouble } from "./resident-double.ts";

export interface ServerCase extends Partial<Omit<ServerDeps, "gate">> {
  readonly openness?: Openness;
  readonly rates?: Rates;
  readonly budget?: BodyBudget;
  readonly keys?: KeyBook;
  readonly settings?: Partial<ServerSettings>;
}

export interface TestServer {
  readonly app: App;
  /** what was answered, oldest first */
  readonly answered: readonly Answered[];
  /** errors in the log: bugs */
  readonly bugs: readonly string[];
}

/** Bearer headers of a key for each role. */
export const keyOf = (role: Role) => ({ authorization: `Bearer key-of-${role}` });

/** Every key is in force that says its role. */
export const roleKeys: KeyBook = {
  isAnyInForce: true,
  find(secret) {
    const role = (["read", "write", "admin"] as const).find((one) => secret === `key-of-${one}`);
    return role
      ? { keyId: `id-${role}`, name: role, role, createdAt: "2026-01-02T03:04:05.000Z", revokedAt: null }
      : null;
  },
};

/** The service with doubles behind it; it is closed when the running test ends. */
export async function openTestServer(changes: ServerCase = {}): Promise<TestServer> {
  const opened = await openServer(changes);
  onTestFinished(() => opened.app.close());
  return opened;
}

/** Like `openTestServer`, for whoever closes it. */
export async function openServer({ openness = "closed", settings, keys = roleKeys, ...changes }: ServerCase = {}) {
  const answered: Answered[] = [];
  const bugs: string[] = [];
  const log = pino({ level: "error" }, { write: (line: string) => void bugs.push(line) });
  const { rates = openRates({ perKey: 0, perAddress: 0 }, null), budget = new BodyBudget(), ...deps } = changes;
  const app = await buildServer(
    {
      resident: residentDouble(),
      fetchPicture: async (url) => {
        throw new OpfindError("url-forbidden", `${url} is not fetched: its host is not listed.`);
      },
      takeBackup: async () => BACKUP,
      processFacts: () => ({ version: "1.2.3", uptimeSeconds: 1, memoryBytes: 1, isStopping: false, backups: null }),
      page: new Map(),
      metrics: { contentType: "text/plain; version=0.0.4; charset=utf-8", text: async () => "# none\n" },
      gate: { keys, openness, rates, budget },
      meter: { answered: (answer) => void answered.push(answer) },
      log,
      stopping: new AbortController().signal,
      ...deps,
    },
    { trustedProxies: [], corsOrigins: [], metricsRole: "read", ...settings },
  );
  return { app, answered, bugs };
}

const BACKUP = {
  kind: "base",
  history: "h1",
  position: 1,
  changes: 0,
  images: 1,
  bytes: 1,
  unreadable: [],
  deleted: 0,
} as const;

/** A form as browsers send it. */
export function form(parts: Readonly<Record<string, string | Uint8Array | readonly Uint8Array[]>>) {
  const boundary = "----opfind-test";
  const pieces = Object.entries(parts).flatMap(([name, value]) => {
    const values = typeof value === "string" || value instanceof Uint8Array ? [value] : value;
    return values.map((one) => {
      const file = typeof one === "string" ? "" : '; filename="poster.png"\r\nContent-Type: image/png';
      return [
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`),
        one,
        "\r\n",
      ];
    });
  });
  const payload = Buffer.concat([...pieces.flat(), `--${boundary}--\r\n`].map((piece) => Buffer.from(piece)));
  const headers = { "content-type": `multipart/form-data; boundary=${boundary}` };
  return { payload, headers: { ...headers, "content-length": String(payload.length) } };
}
