import { TeamMemberMembershipState, TeamMemberRole } from "discord.js";
import { z } from "zod";
import { OpfindError } from "../errors.ts";
import type { Clock } from "../pipeline/ports.ts";

export interface OwnerDeps {
  /** DISCORD_OWNER_IDS: when there are any, they and nobody else */
  readonly ids: readonly string[];
  /** the answer of `GET /applications/@me` */
  readonly application: (signal: AbortSignal) => Promise<unknown>;
  readonly clock: Pick<Clock, "elapsedMs">;
}

/** May this person change what all servers share? @throws OpfindError discord-unreachable | aborted */
export type IsOwner = (userId: string, signal: AbortSignal) => Promise<boolean>;

/** Whoever joins or leaves the team counts within this time, without a restart. */
const KNOWN_FOR_MS = 10 * 60_000;

/**
 * Who runs the bot: the people named in the settings, else those to whom the application belongs. Discord is asked when
 * somebody wants what only an owner may.
 */
export function openOwners({ ids, application, clock }: OwnerDeps): IsOwner {
  let known: { readonly owners: readonly string[]; readonly until: number } | undefined;
  return async (userId, signal) => {
    if (ids.length > 0) return ids.includes(userId);
    if (!known || clock.elapsedMs() >= known.until) {
      const owners = await ownersOf(application, signal);
      known = { owners, until: clock.elapsedMs() + KNOWN_FOR_MS };
    }
    return known.owners.includes(userId);
  };
}

async function ownersOf(application: OwnerDeps["application"], signal: AbortSignal): Promise<readonly string[]> {
  const { owner, team } = APPLICATION.parse(await told(application, signal));
  if (!team) return owner ? [owner.id] : [];
  const admins = team.members.filter(
    ({ membership_state: state, role }) =>
      state === TeamMemberMembershipState.Accepted && role === TeamMemberRole.Admin,
  );
  return [team.owner_user_id, ...admins.map(({ user }) => user.id)];
}

async function told(application: OwnerDeps["application"], signal: AbortSignal): Promise<unknown> {
  try {
    return await application(signal);
  } catch (error) {
    if (signal.aborted) throw new OpfindError("aborted", "Stopped on request.", { cause: error });
    const sentence = "Discord does not tell to whom the application belongs.";
    throw new OpfindError("discord-unreachable", sentence, { cause: error });
  }
}

/**
 * https://docs.discord.com/developers/resources/application#application-object and
 * https://docs.discord.com/developers/topics/teams#data-models: a team's owner has no role of their own, and the
 * `owner` of a team's application is no person.
 */
const APPLICATION = z.object({
  owner: z.object({ id: z.string() }).optional(),
  team: z
    .object({
      owner_user_id: z.string(),
      members: z.array(
        z.object({ membership_state: z.number(), role: z.string(), user: z.object({ id: z.string() }) }),
      ),
    })
    .nullish(),
});
