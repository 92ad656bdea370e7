import type { FastifyRequest } from "fastify";
import { type ApiKey, ROLES, type Role } from "../domain/api-key.ts";
import { RequestProblem } from "./problem.ts";

/** The keys there are. Keys made and revoked by another process count from the next request on. */
export interface KeyBook {
  /** The key in force that this is, null when it is none. Takes as long for a wrong secret as for the right one. */
  find(secret: string): ApiKey | null;
  /** Is any key in force? */
  readonly isAnyInForce: boolean;
}

/** Who asks. */
export type Caller = { readonly kind: "key"; readonly key: ApiKey } | { readonly kind: "anonymous" };

/** Who may read without a key: nobody, everybody, or this machine as long as no key was made. */
export type Openness = "closed" | "open" | "this-machine";

export const ANONYMOUS: Caller = { kind: "anonymous" };

/**
 * Finds out who asks, by `Authorization: Bearer …` or `X-API-Key`.
 * @throws RequestProblem key-invalid when there is a key, but none that is in force
 */
export function identifyCaller({ headers }: Pick<FastifyRequest, "headers">, keys: KeyBook): Caller {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const header = headers["x-api-key"];
  const secret = bearer ?? (typeof header === "string" ? header : undefined);
  if (secret === undefined && headers.authorization === undefined) return ANONYMOUS;
  const key = secret === undefined ? null : keys.find(secret);
  if (!key) throw new RequestProblem("key-invalid", "This key is not known, or was revoked.");
  return { kind: "key", key };
}

interface Door {
  readonly role: Role | "anyone";
  readonly keys: KeyBook;
  readonly openness: Openness;
}

/** Lets the caller through, or says what is missing. @throws RequestProblem key-missing | key-too-weak */
export function requireRole(request: FastifyRequest, { role, keys, openness }: Door): void {
  const { caller } = request;
  if (role === "anyone") return;
  if (caller.kind === "key") {
    if (ROLES.indexOf(caller.key.role) >= ROLES.indexOf(role)) return;
    throw new RequestProblem("key-too-weak", `This needs a key of role ${role}; this one has ${caller.key.role}.`);
  }
  if (role === "read" && isOpenTo(request, openness, keys)) return;
  throw new RequestProblem("key-missing", "Send a key as `Authorization: Bearer KEY`; `opfind keys create` makes one.");
}

function isOpenTo(request: FastifyRequest, openness: Openness, keys: KeyBook): boolean {
  switch (openness) {
    case "open":
      return true;
    case "closed":
      return false;
    case "this-machine":
      return !keys.isAnyInForce && isFromThisMachine(request);
  }
}

/**
 * A browser or shell beside the server. Headers of a proxy mean that others are behind it; another host name means that
 * a web page made the browser ask (DNS rebinding).
 */
function isFromThisMachine({ headers, raw }: FastifyRequest): boolean {
  const isForwarded = FORWARDING.some((name) => headers[name] !== undefined);
  const host = (headers.host ?? "").replace(/:\d+$/, "");
  return !isForwarded && OWN_ADDRESSES.has(raw.socket.remoteAddress ?? "") && OWN_NAMES.has(host);
}

const FORWARDING = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];
const OWN_ADDRESSES: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);
const OWN_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
