import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelType } from "discord.js";
import { DigitalDiscord } from "discord-digital-twin";
import type { Answer } from "./answers.ts";
import { EVERYBODY, type Guild, type World } from "./world.ts";

/** The Discord that others wrote, seeded with our world. It keeps messages, members and roles. */
export class Twin {
  readonly discord: DigitalDiscord;
  readonly #token: string;
  readonly #folder: string;

  constructor(world: World, token: string) {
    this.#token = token;
    this.#folder = mkdtempSync(join(tmpdir(), "opfind-discord-"));
    this.discord = new DigitalDiscord({
      // A database of its own: the twin's default is shared by all instances of a process.
      dbUrl: `file:${join(this.#folder, "twin.sqlite")}`,
      botToken: token,
      botUser: { id: world.bot.id, username: world.bot.name },
      users: world.people.map(({ id, name }) => ({ id, username: name })),
      guilds: world.guilds.map(({ id, name, channels }) => ({
        id,
        name,
        channels: channels.map((channel) => ({ id: channel.id, name: channel.name, type: ChannelType.GuildText })),
      })),
    });
  }

  async start(world: World): Promise<void> {
    await this.discord.start();
    const { prisma } = this.discord;
    // Nobody needs these messages after a crash, and each write would wait for the disk.
    await prisma.$executeRawUnsafe("PRAGMA synchronous = OFF");
    for (const guild of world.guilds) await this.#seedRoles(guild);
    for (const { id } of [...world.dms, ...world.groups])
      await prisma.channel.create({ data: { id, guildId: null, type: ChannelType.DM } });
  }

  async close(): Promise<void> {
    await this.discord.stop();
    await this.discord.prisma.$disconnect();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Asks the twin's REST server. @param path below /api/v10 */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.discord.restUrl}/v10${path}`, {
      method,
      headers: { authorization: `Bot ${this.#token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, ...(text === "" ? {} : { body: JSON.parse(text) }) };
  }

  async #seedRoles(guild: Guild): Promise<void> {
    const { prisma } = this.discord;
    await prisma.role.update({ where: { id: guild.id }, data: { permissions: String(EVERYBODY) } });
    for (const [userId, { id, permissions }] of guild.roles) {
      const role = { id, guildId: guild.id, name: `may-${id}`, permissions: String(permissions), position: 1 };
      await prisma.role.create({ data: role });
      await prisma.guildMember.update({
        where: { guildId_userId: { guildId: guild.id, userId } },
        data: { roles: JSON.stringify([id]) },
      });
    }
  }
}
