import { type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type { Logger };

/** Values of these keys never reach a log line. */
const SECRET_KEYS = [
  "token",
  "*.token",
  "authorization",
  "*.authorization",
  "*.*.authorization",
  "clientId",
  "*.clientId",
  // What discord.js throws names the address, which has the token of an interaction in it, and what was to be said.
  "err.url",
  "err.requestBody",
];

/** Structured log on stderr: stdout belongs to answers (`--json` promises nothing else there). */
export function openLog({ level, isPretty }: { level: string; isPretty: boolean }): Logger {
  const options = { level, redact: { paths: SECRET_KEYS, censor: "[secret]" }, base: null };
  const stderr = { dest: 2, sync: true };
  if (!isPretty) return pino(options, pino.destination(stderr));
  return pino(options, pretty({ destination: 2, sync: true, ignore: "time,pid,hostname" }));
}
