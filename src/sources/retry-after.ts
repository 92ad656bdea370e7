/** What to wait when a service throttles without saying for how long. */
const UNSAID_MS = 1_000;

/**
 * Milliseconds to wait by a `Retry-After` header, in seconds or as an HTTP date.
 * https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 * @param now milliseconds since the epoch
 */
export function retryAfterMs(header: string | null, now: number): number {
  const text = header?.trim();
  if (!text) return UNSAID_MS;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? UNSAID_MS : Math.max(0, at - now);
}
