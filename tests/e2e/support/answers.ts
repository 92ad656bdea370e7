/** What goes back to the bot. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Discord's errors that the harness gives, from https://docs.discord.com/developers/topics/opcodes-and-status-codes */
const REFUSALS = {
  10003: [404, "Unknown Channel"],
  10008: [404, "Unknown Message"],
  10015: [404, "Unknown Webhook"],
  10062: [404, "Unknown interaction"],
  40005: [413, "Request entity too large"],
  40060: [400, "Interaction has already been acknowledged."],
  40094: [400, "This interaction has reached the maximum number of follow-up messages"],
  50001: [403, "Missing Access"],
  50005: [403, "Cannot edit a message authored by another user"],
  50006: [400, "Cannot send an empty message"],
  50013: [403, "Missing Permissions"],
  50027: [401, "Invalid Webhook Token"],
  50035: [400, "Invalid Form Body"],
  160002: [400, "Cannot reply without permission to read message history"],
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** @param errors where the body is wrong, for 50035 */
export function refusal(code: RefusalCode, errors: object = {}): Answer {
  const [status, message] = REFUSALS[code];
  return { status, body: { code, message, errors } };
}

export function answered(body: unknown): Answer {
  return { status: 200, body };
}

export const NOTHING: Answer = { status: 204 };
