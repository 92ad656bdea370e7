import { Locale, PermissionFlagsBits, TeamMemberMembershipState, type TeamMemberRole } from "discord.js";
import { generateSnowflake } from "discord-digital-twin";
import type { Json } from "./json.ts";

export type PermissionName = keyof typeof PermissionFlagsBits;

interface ChannelPlan {
  readonly name: string;
  readonly isAgeRestricted?: boolean;
}

export interface GuildPlan {
  readonly name: string;
  readonly channels: readonly (string | ChannelPlan)[];
  /** what a member may do beyond what everybody may */
  readonly permissions?: Readonly<Record<string, readonly PermissionName[]>>;
  /** false: people use the app here because they installed it for themselves */
  readonly isBotMember?: boolean;
  readonly locale?: Locale;
}

export interface TeamMember {
  readonly name: string;
  readonly role: TeamMemberRole;
}

export interface WorldPlan {
  readonly people: readonly (string | { readonly name: string; readonly locale: Locale })[];
  readonly guilds: readonly GuildPlan[];
  /** name of the person whom the application, or its team, belongs to */
  readonly owner?: string;
  /** people of the application's team besides its owner; none when it has no team */
  readonly team?: readonly TeamMember[];
}

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly locale: Locale;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly locale: Locale;
  readonly isBotMember: boolean;
  readonly channels: readonly Channel[];
  /** person's id → the role that carries what this member may do beyond everybody */
  readonly roles: ReadonlyMap<string, { readonly id: string; readonly permissions: bigint }>;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly guildId: string | null;
  /** the other end of a DM */
  readonly recipient: Person | null;
  /** people's own talk: the bot is not in it, and is asked there by whoever brings it along */
  readonly isPrivate: boolean;
  readonly isAgeRestricted: boolean;
}

/** What a member may do without any role; the bot's invite asks for no more. */
export const EVERYBODY = permissionBits([
  "ViewChannel",
  "SendMessages",
  "EmbedLinks",
  "AttachFiles",
  "ReadMessageHistory",
  "AddReactions",
  "UseApplicationCommands",
  "UseExternalApps",
]);

export const PLAN: WorldPlan = {
  people: ["alice", "bob", "mod"],
  guilds: [
    {
      name: "Anime Club",
      channels: ["general", "posters", { name: "late-night", isAgeRestricted: true }],
      permissions: { mod: ["ManageGuild", "ManageMessages"] },
    },
  ],
};

export function permissionBits(names: readonly PermissionName[]): bigint {
  return names.reduce((bits, name) => bits | PermissionFlagsBits[name], 0n);
}

/** Who and where: guilds, channels, people, what each may do. Only the bot's denials change. */
export class World {
  readonly bot = { id: generateSnowflake(), name: "opfind" };
  readonly people: readonly Person[];
  readonly guilds: readonly Guild[];
  readonly dms: readonly Channel[];
  readonly groups: readonly Channel[];
  readonly owner: Person;
  readonly #team: readonly TeamMember[] | undefined;
  readonly #denied = new Map<string, bigint>();

  constructor(plan: WorldPlan) {
    this.people = plan.people.map((person) =>
      typeof person === "string"
        ? { id: generateSnowflake(), name: person, locale: Locale.EnglishUS }
        : { id: generateSnowflake(), ...person },
    );
    this.guilds = plan.guilds.map((guild) => this.#guildOf(guild));
    const talk = { guildId: null, isAgeRestricted: false };
    this.dms = this.people.map((recipient) => ({
      ...talk,
      id: generateSnowflake(),
      name: `@${recipient.name}`,
      recipient,
      isPrivate: false,
    }));
    this.groups = this.people.map(({ name }) => ({
      ...talk,
      id: generateSnowflake(),
      name: `&${name}`,
      recipient: null,
      isPrivate: true,
    }));
    this.#team = plan.team;
    this.owner = this.person(plan.owner ?? named(this.people[0], "a person").name);
  }

  person(nameOrId: string): Person {
    return named(
      this.people.find(({ id, name }) => id === nameOrId || name === nameOrId),
      nameOrId,
    );
  }

  /** @param nameOrId of a channel; "guild/channel" where several guilds have one of that name; "@person" is a DM, "&person" a group of theirs */
  channel(nameOrId: string): Channel {
    return named(this.findChannel(nameOrId), nameOrId);
  }

  findChannel(nameOrId: string): Channel | undefined {
    const inGuilds = this.guilds.flatMap(({ name, channels }) =>
      channels.filter((c) => c.id === nameOrId || c.name === nameOrId || `${name}/${c.name}` === nameOrId),
    );
    return inGuilds[0] ?? [...this.dms, ...this.groups].find(({ id, name }) => id === nameOrId || name === nameOrId);
  }

  guild(nameOrId: string): Guild {
    return named(
      this.guilds.find(({ id, name }) => id === nameOrId || name === nameOrId),
      nameOrId,
    );
  }

  /** From now on the bot lacks these permissions in a channel. An empty list gives them back. */
  deny(channel: Channel, names: readonly PermissionName[]): void {
    this.#denied.set(channel.id, permissionBits(names));
  }

  deniedIn(channel: Channel): bigint {
    return this.#denied.get(channel.id) ?? 0n;
  }

  botPermissionsIn(channel: Channel): bigint {
    return EVERYBODY & ~this.deniedIn(channel);
  }

  permissionsOf(person: Person, guild: Guild): bigint {
    return EVERYBODY | (guild.roles.get(person.id)?.permissions ?? 0n);
  }

  userOf(id: string): Json {
    const isBot = id === this.bot.id;
    const { name } = isBot ? this.bot : this.person(id);
    const shown = { username: name, global_name: name, discriminator: "0", avatar: null, public_flags: 0, flags: 0 };
    const looks = { banner: null, accent_color: null, avatar_decoration_data: null, clan: null, primary_guild: null };
    return { id, ...shown, ...looks, bot: isBot };
  }

  /** Whom the application belongs to, as Discord tells it: a team has an account of its own. */
  ownership(): Json {
    if (!this.#team) return { owner: this.userOf(this.owner.id), team: null };
    const id = this.bot.id;
    const members = this.#team.map(({ name, role }) => ({
      user: this.userOf(this.person(name).id),
      team_id: id,
      role,
    }));
    const team = { id, icon: null, name: "Team", owner_user_id: this.owner.id };
    return {
      owner: { ...this.userOf(this.owner.id), id, username: `team${id}` },
      team: {
        ...team,
        members: members.map((member) => ({ ...member, membership_state: ACCEPTED, permissions: ["*"] })),
      },
    };
  }

  #guildOf({ name, channels, permissions = {}, isBotMember = true, locale = Locale.EnglishUS }: GuildPlan): Guild {
    const id = generateSnowflake();
    const roles = Object.entries(permissions).map(
      ([member, names]) =>
        [this.person(member).id, { id: generateSnowflake(), permissions: permissionBits(names) }] as const,
    );
    return {
      id,
      name,
      locale,
      isBotMember,
      roles: new Map(roles),
      channels: channels.map((plan) => channelOf(typeof plan === "string" ? { name: plan } : plan, id)),
    };
  }
}

const ACCEPTED = TeamMemberMembershipState.Accepted;

function channelOf({ name, isAgeRestricted = false }: ChannelPlan, guildId: string): Channel {
  return { id: generateSnowflake(), name, guildId, recipient: null, isPrivate: false, isAgeRestricted };
}

function named<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new RangeError(`Nobody and nothing here is called ${name}`);
  return found;
}
