import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { tempDir } from "./temp-dir.ts";

/** Tests with Redis are skipped where its server is not installed: `apt-get install redis-server`. */
export const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

export interface RunningRedis {
  readonly url: string;
  /** ends it as a crash would */
  kill(): Promise<void>;
}

/** A redis-server of its own on a free port, keeping nothing; it goes when the running test ends. */
export async function startRedis(): Promise<RunningRedis> {
  const port = await freePort();
  const options = ["--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", tempDir()];
  const child = spawn("redis-server", options.map(String), { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => ended(child));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes("Ready to accept connections")) break;
  }
  child.stdout.resume(); // a full pipe would stop the server
  return { url: `redis://127.0.0.1:${port}`, kill: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new RangeError("a TCP server has a port");
  return address.port;
}
