import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname } from "node:path";
import type { APIAttachment } from "discord.js";
import { generateSnowflake } from "discord-digital-twin";
import sharp from "sharp";
import { type Manner, misbehave } from "./cdn-manners.ts";
import type { Changes } from "./changes.ts";
import { closeServer, listenLocally } from "./local-server.ts";

const DAY_S = 86_400;
const TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".webp": "image/webp",
  ".gif": "image/gif",
  ".avif": "image/avif",
  ".txt": "text/plain; charset=utf-8",
  ".m3u8": "application/vnd.apple.mpegurl",
};

export interface FileToSend {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** alt text */
  readonly description?: string;
}

/** Serves attachments as Discord's CDN does: signed addresses that run out, and the faults that a test asks for. */
export class Cdn {
  readonly #server: Server;
  readonly #files = new Map<string, { readonly bytes: Uint8Array; readonly type: string }>();
  readonly #manners = new Map<string, Manner>();
  readonly asked: string[] = [];
  readonly #changes: Changes;
  #port = 0;

  constructor(changes: Changes) {
    this.#changes = changes;
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  async start(): Promise<void> {
    this.#port = await listenLocally(this.#server);
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  /** "127.0.0.1:1234", for the bot's list of hosts that it may download from */
  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Stores a file and describes it as a message's attachment. */
  async attach(channelId: string, { name, bytes, description }: FileToSend): Promise<APIAttachment> {
    const id = generateSnowflake();
    const filename = name.replaceAll(/[^\w.-]/g, "_");
    const type = TYPES[extname(filename).toLowerCase()];
    const path = `/attachments/${channelId}/${id}/${filename}`;
    this.#files.set(path, { bytes, type: type ?? "application/octet-stream" });
    const url = `http://${this.host}${path}?${signature(path)}`;
    return {
      id,
      filename,
      size: bytes.byteLength,
      url,
      proxy_url: url,
      ...(type ? { content_type: type } : {}),
      ...(description ? { description } : {}),
      ...(await sizeOf(bytes, type)),
    };
  }

  /** From now on this file's address answers in another manner. */
  behave({ url }: { readonly url: string }, manner: Manner): void {
    this.#manners.set(new URL(url).pathname, manner);
  }

  /** The bytes behind an attachment or an address of this server. */
  bytesOf({ url }: { readonly url: string }): Uint8Array {
    const file = this.#files.get(new URL(url).pathname);
    if (!file) throw new RangeError(`${url} was never stored here`);
    return file.bytes;
  }

  #answer({ url = "" }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, `http://${this.host}`);
    this.asked.push(url);
    this.#changes.tell();
    const file = this.#files.get(pathname);
    const isSigned = searchParams.get("hm") === digest(pathname);
    if (!file || !isSigned) {
      response.writeHead(404, { "content-type": "text/plain" }).end("This content is no longer available.");
      return;
    }
    const manner = this.#manners.get(pathname);
    if (manner) misbehave(response, file, manner);
    else
      response.writeHead(200, { "content-type": file.type, "content-length": file.bytes.byteLength }).end(file.bytes);
  }
}

/** Discord's "ex", "is" and "hm": when it runs out, when it was made, and a hash over both. */
function signature(path: string): string {
  const made = Math.floor(Date.now() / 1_000);
  return `ex=${(made + DAY_S).toString(16)}&is=${made.toString(16)}&hm=${digest(path)}&`;
}

function digest(path: string): string {
  return createHash("sha256").update(path).digest("hex");
}

async function sizeOf(bytes: Uint8Array, type: string | undefined) {
  if (!type?.startsWith("image/")) return {};
  try {
    const { width, height } = await sharp(bytes).metadata();
    return { width, height };
  } catch {
    // Discord leaves the size out, too, when a file only claims to be an image.
    return {};
  }
}
