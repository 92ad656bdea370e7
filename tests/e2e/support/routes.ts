import type { Answer } from "./answers.ts";
import type { BotRequest } from "./bot-request.ts";
import type { Exchange } from "./journal.ts";
import { type Finding, NO_FINDINGS } from "./rules/finding.ts";

export interface Route {
  readonly method: string;
  /** "/channels/:channel/messages" */
  readonly template: string;
  readonly check?: (exchange: Exchange) => readonly Finding[];
  readonly handle: (request: BotRequest) => Promise<Answer>;
}

export interface Match {
  readonly handle: () => Promise<Answer>;
  readonly check: () => readonly Finding[];
}

/** Finds the route of a request; the first that fits wins. */
export function matchRoute(routes: readonly Route[], exchange: Exchange): Match | null {
  for (const { method, template, handle, check } of routes) {
    const params = method === exchange.method ? paramsOf(template, exchange.path) : null;
    if (!params) continue;
    const request = { exchange, param: (name: string) => params.get(name) ?? "" };
    return { handle: () => handle(request), check: () => check?.(exchange) ?? NO_FINDINGS };
  }
  return null;
}

function paramsOf(template: string, path: string): ReadonlyMap<string, string> | null {
  const parts = template.split("/");
  const given = path.split("/");
  if (parts.length !== given.length) return null;
  const params = new Map<string, string>();
  for (const [i, part] of parts.entries()) {
    const value = given[i] ?? "";
    if (part.startsWith(":")) params.set(part.slice(1), value);
    else if (part !== value) return null;
  }
  return params;
}
