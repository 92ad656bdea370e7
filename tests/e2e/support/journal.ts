import type { Changes } from "./changes.ts";
import type { UploadedFile } from "./request-body.ts";

/** One request of the bot. */
export interface Exchange {
  /** `performance.now()` when its head arrived, ms */
  readonly at: number;
  readonly method: string;
  /** below /api/v10, decoded: "/channels/1/messages" */
  readonly path: string;
  readonly query: URLSearchParams;
  /** the JSON part, null without one */
  readonly body: unknown;
  readonly files: readonly UploadedFile[];
  /** null until it is answered */
  status: number | null;
}

/** A request that Discord would refuse, or that breaks a rule of this project. */
export interface Violation {
  readonly rule: string;
  /** where in the body: "embeds.0.fields.2.value" */
  readonly at: string;
  readonly message: string;
  /** "POST /channels/1/messages" */
  readonly request: string;
}

/** Every request and every violation, oldest first. */
export class Journal {
  readonly requests: Exchange[] = [];
  readonly violations: Violation[] = [];
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  arrived(exchange: Exchange): void {
    this.requests.push(exchange);
    this.#changes.tell();
  }

  answered(exchange: Exchange, status: number): void {
    exchange.status = status;
    this.#changes.tell();
  }

  broke(exchange: Exchange, violation: Omit<Violation, "request">): void {
    this.violations.push({ ...violation, request: `${exchange.method} ${exchange.path}` });
  }

  /** The violations so far, which count as expected from here on. */
  takeViolations(): readonly Violation[] {
    return this.violations.splice(0);
  }

  /** Requests below a path, say "/interactions". */
  sent(method: string, path: RegExp): readonly Exchange[] {
    return this.requests.filter((request) => request.method === method && path.test(request.path));
  }
}
