import { OpfindError } from "../errors.ts";
import type { EmbedFailure, EmbedReply } from "./embed-protocol.ts";
import { WorkerStopped } from "./worker-channel.ts";

/** The network was asked and could not. */
class NetworkRefusal extends Error {
  override readonly name = "NetworkRefusal";
  readonly failure: EmbedFailure;
  constructor(failure: EmbedFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** What an answer means that is not the one hoped for. */
export function unexpected(reply: EmbedReply): Error {
  if (reply.kind === "failed") return new NetworkRefusal(reply.failure, reply.why);
  return new TypeError(`the worker answered "${reply.kind}" to another question`);
}

/** Puts a failure into words for a person. Bugs pass unchanged. */
export function embedFailure(error: unknown, modelId: string, signal: AbortSignal): unknown {
  if (signal.aborted) return new OpfindError("aborted", "Embedding was stopped.", { cause: error });
  if (!(error instanceof WorkerStopped || error instanceof NetworkRefusal)) return error;
  const message = `The network ${modelId} does not work: ${error.message}.`;
  const options = { cause: error, details: { modelId } };
  if (error instanceof NetworkRefusal && error.failure === "incompatible") {
    const remedy = "models/manifest.json and the file do not belong together: install opfind or pull the model again.";
    return new OpfindError("model-incompatible", `${message} ${remedy}`, options);
  }
  return new OpfindError("embedder-failed", `${message} Try again, or with OPFIND_DEVICE=cpu.`, options);
}
