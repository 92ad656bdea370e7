import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const MAIN = resolve(import.meta.dirname, "../../dist/main.js");

export interface ServeProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Ends it and waits for that. @returns its exit code, null when the signal ended it */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

/** What opfind needs to run by itself: no network, no starter pack, a folder of its own. */
export function alone(dataDir: string): NodeJS.ProcessEnv {
  return { ...process.env, OPFIND_DATA_DIR: dataDir, OPFIND_STARTER: "off", OPFIND_OFFLINE: "1" };
}

/** Runs a verb to its end. @returns its stdout */
export async function runOpfind(words: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...words], { env, stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.on("data", (text) => {
    stdout += String(text);
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`opfind ${words.join(" ")} ended with ${code}`);
  return stdout;
}

/** Starts `opfind serve` on a free port and waits until it listens. */
export async function startServe(env: NodeJS.ProcessEnv): Promise<ServeProcess> {
  const usual = { OPFIND_HTTP_PORT: "0", OPFIND_RATE_PER_KEY: "0", OPFIND_RATE_PER_ADDRESS: "0" };
  // Empty counts as not set, but keeps a .env file's value away from the rest.
  const options = { ...env, ...Object.fromEntries(Object.entries(usual).filter(([name]) => !env[name])) };
  const child = spawn(process.execPath, [MAIN, "serve", "--json"], {
    env: options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = await Promise.race([once(createInterface({ input: child.stdout }), "line"), ended]);
  const told: unknown = typeof line === "string" ? JSON.parse(line) : {};
  const url = typeof told === "object" && told !== null && "url" in told ? String(told.url) : "";
  if (url === "") throw new Error(`opfind serve did not start: ${String(line)}`);
  return {
    child,
    url,
    async end(signal = "SIGTERM") {
      child.kill(signal);
      const [code] = await ended;
      return typeof code === "number" ? code : null;
    },
  };
}
