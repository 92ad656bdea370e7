import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { entryPoint } from "../entry-point.ts";
import { OpfindError } from "../errors.ts";
import { FAISS_REPLY, type FaissReply, type FaissRequest } from "./faiss-messages.ts";

/** The child ended before it answered: a crash, or FAISS cannot be loaded. */
export class FaissEnded extends Error {
  override readonly name = "FaissEnded";
}

interface Waiting {
  resolve(reply: FaissReply): void;
  reject(error: Error): void;
}

/** The id under which the child reports that it is ready. */
const READY = 0;

/** One child process with FAISS in it. It ends with its parent, however that ends. */
export class FaissProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = READY;
  #isRetired = false;

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.on("message", (message) => this.#settle(FAISS_REPLY.parse(message)));
    child.on("exit", (code, signal) => this.#fail(`FAISS's process ended (${signal ?? `exit ${code}`})`));
    child.on("error", (error) => this.#fail(`FAISS's process failed: ${error.message}`));
  }

  /** @throws FaissEnded when FAISS cannot be loaded */
  static async start(): Promise<FaissProcess> {
    const child = fork(fileURLToPath(entryPoint(import.meta.url, "faiss-child")), [], {
      serialization: "advanced",
      execArgv: [],
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const started = new FaissProcess(child);
    await started.#answer(READY);
    return started;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @throws FaissEnded | OpfindError index-broken when FAISS refuses the request */
  async request(request: FaissRequest): Promise<FaissReply> {
    if (!this.#child.connected) throw new FaissEnded("FAISS's process has ended");
    const id = ++this.#lastId;
    const answer = this.#answer(id);
    this.#child.send({ id, request }, (error) => error && this.#fail(`FAISS's process is gone: ${error.message}`));
    const reply = await answer;
    if (reply.problem === null) return reply;
    throw new OpfindError("index-broken", `FAISS refused to ${request.op}: ${reply.problem}`);
  }

  /** Ends the child once the requests it has are answered. */
  retire(): void {
    this.#isRetired = true;
    if (this.#waiting.size === 0 && this.#child.connected) this.#child.disconnect();
  }

  #answer(id: number): Promise<FaissReply> {
    this.#hold(true);
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(reply: FaissReply): void {
    this.#waiting.get(reply.id)?.resolve(reply);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size > 0) return;
    this.#hold(false);
    if (this.#isRetired) this.retire();
  }

  #fail(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new FaissEnded(why));
    this.#waiting.clear();
  }

  /** Only a question without its answer keeps the parent from ending. */
  #hold(isAsked: boolean): void {
    if (isAsked) {
      this.#child.ref();
      this.#child.channel?.ref();
    } else {
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }
}
