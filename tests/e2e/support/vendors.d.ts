// The few members used of packages that are installed beside these tests alone. Declared here, so that the checkout
// type-checks without them; the harness's own tests meet the real ones.

declare module "discord-digital-twin" {
  interface Table {
    create(query: { data: object }): Promise<unknown>;
    update(query: { where: object; data: object }): Promise<unknown>;
  }

  export class DigitalDiscord {
    constructor(options: {
      dbUrl: string;
      botToken: string;
      botUser: { id: string; username: string };
      users: { id: string; username: string }[];
      guilds: { id: string; name: string; channels: { id: string; name: string; type: number }[] }[];
    });
    readonly restUrl: string;
    readonly gatewayUrl: string;
    readonly prisma: {
      readonly role: Table;
      readonly guildMember: Table;
      readonly channel: Table;
      $executeRawUnsafe(sql: string): Promise<unknown>;
      $disconnect(): Promise<void>;
    };
    start(): Promise<void>;
    stop(): Promise<void>;
    channel(id: string): {
      user(id: string): {
        sendMessage(message: { content: string; attachments: unknown[]; messageReference?: object }): Promise<unknown>;
        deleteMessage(message: { messageId: string }): Promise<void>;
      };
    };
  }

  export function generateSnowflake(): string;
}

declare module "discord-api-spec/zod" {
  interface SpecIssue {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly errors?: readonly (readonly SpecIssue[])[];
  }

  export interface SpecSchema {
    safeParse(value: unknown): {
      readonly success: boolean;
      readonly data?: unknown;
      readonly error?: { readonly issues: readonly SpecIssue[] };
    };
  }

  export const ApplicationCommandAutocompleteCallbackRequestSchema: SpecSchema;
  export const ApplicationCommandUpdateRequestSchema: SpecSchema;
  export const CreateMessageInteractionCallbackRequestSchema: SpecSchema;
  export const CreatePrivateChannelRequestSchema: SpecSchema;
  export const IncomingWebhookRequestPartialSchema: SpecSchema;
  export const IncomingWebhookUpdateRequestPartialSchema: SpecSchema;
  export const MessageCreateRequestSchema: SpecSchema;
  export const MessageEditRequestPartialSchema: SpecSchema;
  export const MessageResponseSchema: SpecSchema;
  export const ModalInteractionCallbackRequestSchema: SpecSchema;
  export const UpdateMessageInteractionCallbackRequestSchema: SpecSchema;
}
