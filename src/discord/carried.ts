import { ERROR_CODES, OpfindError } from "../errors.ts";
import type { GatewayFacts } from "./client.ts";
import type { RequestMeter } from "./request-tracker.ts";

/**
 * What crosses between a shard and the process with the pipeline. Structured clone carries data and bytes; signals,
 * callbacks and our failures it does not, so they travel as marks.
 */
export type Frame =
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly args: readonly unknown[] }
  | { readonly kind: "abort"; readonly id: number }
  /** a callback among the arguments of a call is called */
  | { readonly kind: "told"; readonly id: number; readonly callback: number; readonly args: readonly unknown[] }
  | { readonly kind: "result"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly error: unknown }
  /** a shard says how it stands, and what it answered */
  | { readonly kind: "stands"; readonly id: 0; readonly facts: GatewayFacts }
  | { readonly kind: "answered"; readonly id: 0; readonly answer: Parameters<RequestMeter["answered"]> }
  | { readonly kind: "acknowledged"; readonly id: 0; readonly ms: number }
  /** a shard says why it could not get online, and ends */
  | { readonly kind: "failed"; readonly id: 0; readonly error: unknown }
  /** the manager wants the shard to end */
  | { readonly kind: "close"; readonly id: 0 };

/** One end of a channel: worker threads, processes and message ports all have it. */
export interface Wire {
  send(frame: Frame): void;
  onFrame(listener: (frame: Frame) => void): void;
}

const MARK = "opfind:carried";
const NUMBER = "number";

/** Sees to what clone cannot carry; `other` says what becomes of a signal or a callback. */
export function pack(value: unknown, other: (value: AbortSignal | Callback) => unknown): unknown {
  if (value instanceof AbortSignal) return other(value);
  if (isCallback(value)) return other(value);
  if (value instanceof OpfindError) {
    const { code, message, details } = value;
    return { [MARK]: "failure", code, message, details };
  }
  if (Array.isArray(value)) return value.map((one) => pack(one, other));
  if (!isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, pack(one, other)]));
}

export function unpack(value: unknown, other: (mark: Readonly<Record<string, unknown>>) => unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => unpack(one, other));
  if (!isPlain(value)) return value;
  if (!(MARK in value))
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, unpack(one, other)]));
  return value[MARK] === "failure" ? failureOf(value) : other(value);
}

export function mark(kind: "signal" | "callback", number = 0): Readonly<Record<string, unknown>> {
  return { [MARK]: kind, [NUMBER]: number };
}

export function kindOf(marked: Readonly<Record<string, unknown>>): { readonly kind: unknown; readonly number: number } {
  return { kind: marked[MARK], number: Number(marked[NUMBER]) };
}

export type Callback = (...args: readonly unknown[]) => void;

function isCallback(value: unknown): value is Callback {
  return typeof value === "function";
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function failureOf({ code, message, details }: Readonly<Record<string, unknown>>): OpfindError {
  const known = ERROR_CODES.find((one) => one === code) ?? "internal";
  const facts = isPlain(details) ? Object.entries(details).filter(isFact) : [];
  return new OpfindError(known, String(message), { details: Object.fromEntries(facts) });
}

function isFact(entry: readonly [string, unknown]): entry is [string, string | number | boolean | null] {
  const [, value] = entry;
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
