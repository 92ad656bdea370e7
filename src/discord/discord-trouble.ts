import { DiscordAPIError, HTTPError, RESTJSONErrorCodes } from "discord.js";

/** What Discord's refusals mean for an answer. Null is anything else. */
export type Trouble = "message-gone" | "too-late" | "answered" | "forbidden" | "down";

export function troubleOf(error: unknown): Trouble | null {
  if (error instanceof HTTPError) return error.status >= 500 ? "down" : null;
  // discord.js gives up on a server error after three tries; a request that never arrived is an AbortError or from undici.
  if (!(error instanceof DiscordAPIError)) return isConnection(error) ? "down" : null;
  if (error.status >= 500) return "down";
  switch (Number(error.code)) {
    case RESTJSONErrorCodes.UnknownMessage:
    case RESTJSONErrorCodes.UnknownChannel:
      return "message-gone";
    case RESTJSONErrorCodes.InvalidFormBodyOrContentType:
      return isUnknownReference(error) ? "message-gone" : null;
    case RESTJSONErrorCodes.UnknownInteraction:
    case RESTJSONErrorCodes.InvalidWebhookToken:
    case RESTJSONErrorCodes.UnknownWebhook:
      return "too-late";
    case RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged:
      return "answered";
    case RESTJSONErrorCodes.MissingAccess:
    case RESTJSONErrorCodes.MissingPermissions:
    case RESTJSONErrorCodes.CannotSendMessagesToThisUser:
      return "forbidden";
    default:
      return null;
  }
}

/** A reply to a message that is gone is refused as a wrong form: MESSAGE_REFERENCE_…, and REPLIES_… in former years. */
function isUnknownReference({ message }: DiscordAPIError): boolean {
  return /(MESSAGE_REFERENCE|REPLIES)_UNKNOWN_MESSAGE/.test(message);
}

function isConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error ? String(error.code) : "";
  return error.name === "AbortError" || /^(ECONN|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EPIPE|UND_ERR)/.test(code);
}
