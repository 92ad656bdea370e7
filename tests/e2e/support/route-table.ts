import { answered, refusal } from "./answers.ts";
import type { BotRequest } from "./bot-request.ts";
import type { CallbackRequests } from "./callback-requests.ts";
import type { ChannelRequests } from "./channel-requests.ts";
import type { CommandRequests } from "./command-requests.ts";
import { applicationFlags, channelPayload } from "./gateway-state.ts";
import { jsonOf, textOf } from "./json.ts";
import {
  checkCallback,
  checkCommands,
  checkFollowUp,
  checkMessageEdit,
  checkNewDm,
  checkNewMessage,
  checkReplyEdit,
} from "./request-checks.ts";
import type { Route } from "./routes.ts";
import type { Twin } from "./twin.ts";
import type { WebhookRequests } from "./webhook-requests.ts";
import type { World } from "./world.ts";

export interface Handlers {
  readonly channels: ChannelRequests;
  readonly callbacks: CallbackRequests;
  readonly webhooks: WebhookRequests;
  readonly commands: CommandRequests;
}

/** Everything that the bot may ask of Discord. */
export function routeTable(handlers: Handlers, places: Places): readonly Route[] {
  return [...interactionRoutes(handlers), ...channelRoutes(handlers, places), ...placeRoutes(places)];
}

function interactionRoutes({ callbacks, webhooks, commands }: Handlers): readonly Route[] {
  const ofApplication = "/applications/:application/commands";
  const ofGuild = "/applications/:application/guilds/:guild/commands";
  const webhook = "/webhooks/:application/:token";
  return [
    {
      method: "POST",
      template: "/interactions/:interaction/:token/callback",
      check: checkCallback,
      handle: (request) => callbacks.answer(request),
    },
    { method: "POST", template: webhook, check: checkFollowUp, handle: (request) => webhooks.followUp(request) },
    {
      method: "PATCH",
      template: `${webhook}/messages/:message`,
      check: checkReplyEdit,
      handle: (request) => webhooks.edit(request),
    },
    { method: "GET", template: `${webhook}/messages/:message`, handle: (request) => webhooks.get(request) },
    { method: "DELETE", template: `${webhook}/messages/:message`, handle: (request) => webhooks.remove(request) },
    ...[ofApplication, ofGuild].flatMap((template): Route[] => [
      { method: "PUT", template, check: checkCommands, handle: (request) => commands.replace(request) },
      { method: "GET", template, handle: (request) => commands.list(request) },
    ]),
  ];
}

function channelRoutes({ channels }: Handlers, places: Places): readonly Route[] {
  const all = "/channels/:channel/messages";
  const one = `${all}/:message`;
  const reaction = `${one}/reactions/:emoji/@me`;
  return [
    { method: "POST", template: all, check: checkNewMessage, handle: (request) => channels.create(request) },
    { method: "GET", template: all, handle: (request) => channels.list(request) },
    { method: "PATCH", template: one, check: checkMessageEdit, handle: (request) => channels.edit(request) },
    { method: "GET", template: one, handle: (request) => channels.get(request) },
    { method: "DELETE", template: one, handle: (request) => channels.remove(request) },
    { method: "POST", template: "/channels/:channel/typing", handle: places.passOn },
    { method: "PUT", template: reaction, handle: places.passOn },
    { method: "DELETE", template: reaction, handle: places.passOn },
  ];
}

export type Places = ReturnType<typeof placesOf>;

/** What is asked about users, guilds, channels and the application itself. */
export function placesOf(world: World, twin: Twin, settings: { mayReadContent: boolean }) {
  return {
    passOn: ({ exchange: { method, path, query, body } }: BotRequest) =>
      twin.ask(method, query.size > 0 ? `${path}?${query}` : path, body ?? undefined),
    me: async () => answered({ ...world.userOf(world.bot.id), verified: true, mfa_enabled: false }),
    application: async () => {
      const { body } = await twin.ask("GET", "/applications/@me");
      return answered({ ...jsonOf(body), flags: applicationFlags(settings.mayReadContent), ...world.ownership() });
    },
    channel: async (request: BotRequest) => {
      const channel = world.findChannel(request.param("channel"));
      return channel ? answered(channelPayload(world, channel)) : refusal(10003);
    },
    openDm: async ({ exchange }: BotRequest) => {
      const recipient = textOf(jsonOf(exchange.body)["recipient_id"]);
      return answered(channelPayload(world, world.channel(`@${world.person(recipient).name}`)));
    },
  };
}

function placeRoutes(places: Places): readonly Route[] {
  return [
    { method: "GET", template: "/users/@me", handle: places.me },
    { method: "POST", template: "/users/@me/channels", check: checkNewDm, handle: places.openDm },
    { method: "GET", template: "/users/:user", handle: places.passOn },
    { method: "GET", template: "/applications/@me", handle: places.application },
    { method: "GET", template: "/oauth2/applications/@me", handle: places.application },
    { method: "GET", template: "/channels/:channel", handle: places.channel },
    { method: "GET", template: "/guilds/:guild", handle: places.passOn },
    { method: "GET", template: "/guilds/:guild/channels", handle: places.passOn },
    { method: "GET", template: "/guilds/:guild/roles", handle: places.passOn },
    { method: "GET", template: "/guilds/:guild/members/:user", handle: places.passOn },
  ];
}
