import { InteractionResponseType } from "discord.js";
import * as spec from "discord-api-spec/zod";
import type { Exchange } from "./journal.ts";
import { type Json, jsonOf, listOf, numberOf } from "./json.ts";
import { commandFindings } from "./rules/command-rules.ts";
import type { Finding } from "./rules/finding.ts";
import { messageFindings } from "./rules/message-rules.ts";
import { modalFindings } from "./rules/modal-rules.ts";
import { specFindings } from "./rules/spec-rules.ts";

export function checkNewMessage({ body, files }: Exchange): readonly Finding[] {
  const message = { body: jsonOf(body), files, isEdit: false };
  return [...specFindings(spec.MessageCreateRequestSchema, body), ...messageFindings(message)];
}

export function checkMessageEdit({ body, files }: Exchange): readonly Finding[] {
  const message = { body: jsonOf(body), files, isEdit: true };
  return [...specFindings(spec.MessageEditRequestPartialSchema, body), ...messageFindings(message)];
}

export function checkFollowUp({ body, files }: Exchange): readonly Finding[] {
  const message = { body: jsonOf(body), files, isEdit: false };
  return [...specFindings(spec.IncomingWebhookRequestPartialSchema, body), ...messageFindings(message)];
}

export function checkReplyEdit({ body, files }: Exchange): readonly Finding[] {
  const message = { body: jsonOf(body), files, isEdit: true };
  return [...specFindings(spec.IncomingWebhookUpdateRequestPartialSchema, body), ...messageFindings(message)];
}

export function checkNewDm({ body }: Exchange): readonly Finding[] {
  return specFindings(spec.CreatePrivateChannelRequestSchema, body);
}

export function checkCallback({ body, files }: Exchange): readonly Finding[] {
  const callback = jsonOf(body);
  const data = jsonOf(callback["data"]);
  switch (numberOf(callback["type"])) {
    case InteractionResponseType.ChannelMessageWithSource:
      return [
        ...specFindings(spec.CreateMessageInteractionCallbackRequestSchema, body),
        ...messageFindings({ body: data, files, isEdit: false }),
      ];
    case InteractionResponseType.UpdateMessage:
      return [
        ...specFindings(spec.UpdateMessageInteractionCallbackRequestSchema, body),
        ...messageFindings({ body: data, files, isEdit: true }),
      ];
    case InteractionResponseType.DeferredChannelMessageWithSource:
      return specFindings(spec.CreateMessageInteractionCallbackRequestSchema, body);
    case InteractionResponseType.DeferredMessageUpdate:
      return specFindings(spec.UpdateMessageInteractionCallbackRequestSchema, body);
    case InteractionResponseType.Modal:
      return [...specFindings(spec.ModalInteractionCallbackRequestSchema, body), ...modalFindings(data)];
    case InteractionResponseType.ApplicationCommandAutocompleteResult:
      return specFindings(spec.ApplicationCommandAutocompleteCallbackRequestSchema, body);
    default:
      return [{ rule: "callback-type", at: "type", message: `${callback["type"]} is no answer that the bot may give` }];
  }
}

export function checkCommands({ body }: Exchange): readonly Finding[] {
  if (!Array.isArray(body)) return [{ rule: "discord-schema", at: "", message: "a list of commands is expected" }];
  const definitions = listOf(body);
  const bySchema = definitions.flatMap((command, i) =>
    specFindings(spec.ApplicationCommandUpdateRequestSchema, asDescribed(command)).map((finding) => ({
      ...finding,
      at: `${i}.${finding.at}`,
    })),
  );
  return [...bySchema, ...commandFindings(definitions)];
}

/** Discord describes these permissions as a number, but sends and takes them as a string of digits. */
function asDescribed(command: Json): Json {
  const { default_member_permissions: bits, ...rest } = command;
  return typeof bits === "string" ? { ...rest, default_member_permissions: Number(bits) } : command;
}
