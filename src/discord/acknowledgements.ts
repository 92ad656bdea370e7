import { type REST, RESTEvents, SnowflakeUtil } from "discord.js";
import type { Clock } from "../pipeline/ports.ts";
import type { RequestMeter } from "./request-tracker.ts";

/** The first answer to an interaction, the one that Discord waits three seconds for. */
const CALLBACK = /^\/interactions\/(\d+)\/[^/]+\/callback/;

/** Counts as Discord does: from when it made the interaction, by its own clock, until it took the first answer. */
export function meterAcknowledgements(
  rest: REST,
  { meter, clock }: { readonly meter: Pick<RequestMeter, "acknowledged">; readonly clock: Pick<Clock, "now"> },
): void {
  rest.on(RESTEvents.Response, ({ path }, { status }) => {
    const interactionId = CALLBACK.exec(path)?.[1];
    if (interactionId === undefined || status >= 300) return;
    // The clocks of two machines may differ by more than this took.
    meter.acknowledged(Math.max(0, clock.now() - SnowflakeUtil.timestampFrom(interactionId)));
  });
}
