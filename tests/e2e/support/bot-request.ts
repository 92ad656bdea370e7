import type { Exchange } from "./journal.ts";
import { type Json, jsonOf } from "./json.ts";

/** A request that passed the rules, with the parts of its path. */
export interface BotRequest {
  readonly exchange: Exchange;
  /** of the route's template: ":channel" → its id */
  readonly param: (name: string) => string;
}

export function bodyOf({ exchange }: BotRequest): Json {
  return jsonOf(exchange.body);
}
