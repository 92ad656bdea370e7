import type { ServerResponse } from "node:http";

/** How an attachment's address misbehaves. */
export type Manner =
  | { readonly kind: "expired" }
  | { readonly kind: "html" }
  | { readonly kind: "error"; readonly status: number }
  | { readonly kind: "silent" }
  /** the first half of the file, and then nothing */
  | { readonly kind: "stalled" }
  | { readonly kind: "hang-up" }
  /** more bytes than anyone should read, without saying how many */
  | { readonly kind: "flood" }
  /** claims this many bytes */
  | { readonly kind: "oversize"; readonly claimedBytes: number }
  | { readonly kind: "redirect"; readonly to: string };

interface StoredFile {
  readonly bytes: Uint8Array;
  readonly type: string;
}

const FLOOD_PIECE = Buffer.alloc(1 << 20);
const FLOOD_PIECES = 200;

export function misbehave(response: ServerResponse, { bytes, type }: StoredFile, manner: Manner): void {
  const half = bytes.subarray(0, bytes.byteLength >> 1);
  switch (manner.kind) {
    case "expired":
      response.writeHead(404, { "content-type": "text/plain" }).end("This content is no longer available.");
      return;
    case "html":
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Just a moment</title>");
      return;
    case "error":
      response.writeHead(manner.status).end();
      return;
    case "silent":
      return;
    case "stalled":
      response.writeHead(200, { "content-type": type, "content-length": bytes.byteLength }).write(half);
      return;
    case "hang-up":
      response.writeHead(200, { "content-type": type, "content-length": bytes.byteLength });
      response.write(half, () => response.destroy());
      return;
    case "flood":
      flood(response.writeHead(200, { "content-type": type }), FLOOD_PIECES);
      return;
    case "oversize":
      response.writeHead(200, { "content-type": type, "content-length": manner.claimedBytes }).write(half);
      return;
    case "redirect":
      response.writeHead(302, { location: manner.to }).end();
  }
}

function flood(response: ServerResponse, left: number): void {
  if (left === 0) response.end();
  else response.write(FLOOD_PIECE, (error) => error ?? flood(response, left - 1));
}
