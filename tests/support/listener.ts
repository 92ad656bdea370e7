import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";

export interface Listener {
  readonly port: number;
  /** connections so far */
  readonly reached: () => number;
}

/**
 * A raw TCP listener on 127.0.0.1 that counts who reaches it, and speaks as told once a request has come in. It goes
 * when the running test ends.
 */
export async function listen(speak: (socket: Socket, request: string) => void = () => {}): Promise<Listener> {
  const sockets = new Set<Socket>();
  let reached = 0;
  const server = createServer((socket) => {
    reached++;
    sockets.add(socket);
    socket.on("error", () => {}).on("data", (data) => speak(socket, data.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  // A TCP server's address is never a string or null while it listens.
  const { port } = server.address() as AddressInfo;
  return { port, reached: () => reached };
}

/** An HTTP answer as bytes on the wire. */
export function http(status: number, headers: Readonly<Record<string, string | number>>, body = ""): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Told\r\n${lines.join("")}\r\n${body}`;
}
