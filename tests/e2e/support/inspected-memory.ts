import { once } from "node:events";
import WebSocket from "ws";
import { z } from "zod";

/** Environment that opens Node's inspector in the program, on a free port. */
export const INSPECTABLE = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

const Told = z.object({ id: z.number(), result: z.object({ result: z.object({ value: z.number() }).optional() }) });
const KILOBYTE = 1024;

/** What a program needs once its garbage is collected: how much of that it lets lie is V8's taste, and no leak. */
export interface InspectedMemory {
  /** in kB, of the main thread's heap and of the whole process */
  afterCollection(): Promise<{ readonly heap: number; readonly resident: number }>;
}

/** @param lines of the program's stderr, which say where its inspector listens */
export async function inspectMemory(lines: readonly string[]): Promise<InspectedMemory> {
  const [address] = lines.flatMap((line) => /^Debugger listening on (ws:\S+)/.exec(line)?.[1] ?? []);
  if (address === undefined) throw new RangeError("the program was not started with INSPECTABLE");
  const socket = new WebSocket(address);
  await once(socket, "open");
  let lastId = 0;
  const ask = async (method: string, params: object = {}): Promise<number | undefined> => {
    const id = ++lastId;
    socket.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [message]: unknown[] = await once(socket, "message");
      const told = Told.safeParse(JSON.parse(String(message)));
      if (told.success && told.data.id === id) return told.data.result.result?.value;
    }
  };
  const kilobytesOf = async (expression: string) =>
    Math.round(((await ask("Runtime.evaluate", { expression, returnByValue: true })) ?? Number.NaN) / KILOBYTE);
  return {
    async afterCollection() {
      // What the first one finalises, only the second one frees.
      for (let times = 0; times < 2; times++) await ask("HeapProfiler.collectGarbage");
      const heap = await kilobytesOf("process.memoryUsage().heapUsed");
      return { heap, resident: await kilobytesOf("process.memoryUsage.rss()") };
    },
  };
}
