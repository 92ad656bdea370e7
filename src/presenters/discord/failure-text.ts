import type { ErrorCode } from "../../errors.ts";
import { MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS } from "../../pipeline/image-limits.ts";
import { type DiscordMessage, message } from "./message.ts";
import type { Say } from "./words.ts";

/** A failure for people in Discord: what happened and what they can do, without a word for the shell. */
export function failureText(code: ErrorCode, say: Say): string {
  // A code without a sentence does not compile: the keys are those of the English file.
  return say.plain(`failure.${code}`, {
    megabytes: MAX_IMAGE_BYTES / 1024 / 1024,
    megapixels: MAX_IMAGE_PIXELS / 1e6,
  });
}

export function presentFailureMessage(code: ErrorCode, say: Say): DiscordMessage {
  return message({ content: failureText(code, say) });
}
