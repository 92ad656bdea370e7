import type { SpecIssue, SpecSchema } from "discord-api-spec/zod";
import { isJson } from "../json.ts";
import type { Finding } from "./finding.ts";

/**
 * discord.js sends these with every payload of a kind, used or not; Discord ignores them where its description lacks
 * them.
 */
const SENT_BY_DISCORD_JS = new Set(["tts", "enforce_nonce", "data.tts", "data.enforce_nonce"]);

/** Holds a body to Discord's own description of its API, and to the keys that it knows. */
export function specFindings(schema: SpecSchema, body: unknown): readonly Finding[] {
  const { data, error } = schema.safeParse(body);
  return error ? error.issues.map(deepest) : unknownKeys({ given: body, known: data, at: [] });
}

/** Of a union's failures, the one that got furthest says what was meant. */
function deepest(issue: SpecIssue): Finding {
  const branches = (issue.errors ?? []).flat().map(deepest);
  const [best] = branches.toSorted((a, b) => b.at.split(".").length - a.at.split(".").length);
  const at = [...issue.path.map(String), ...(best && best.at !== "" ? [best.at] : [])].join(".");
  return { rule: "discord-schema", at, message: best?.message ?? issue.message };
}

interface Comparison {
  readonly given: unknown;
  readonly known: unknown;
  readonly at: readonly string[];
}

/** The schemas drop what they do not know: the difference is what Discord would ignore, a typing error most often. */
function unknownKeys({ given, known, at }: Comparison): readonly Finding[] {
  if (Array.isArray(given) && Array.isArray(known)) {
    return given.flatMap((item, i) => unknownKeys({ given: item, known: known[i], at: [...at, String(i)] }));
  }
  if (!isJson(given) || !isJson(known)) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    if (key in known) return unknownKeys({ given: value, known: known[key], at: [...at, key] });
    const where = [...at, key].join(".");
    if (SENT_BY_DISCORD_JS.has(where)) return [];
    return [{ rule: "unknown-key", at: where, message: "Discord would ignore this key", isHouseRule: true }];
  });
}
