import type { Output, Progress } from "./verb.ts";

/** Shows work that comes in stages, one bar after the other; each begins with its first news. */
export function openStages(output: Output) {
  let current: { readonly what: string; readonly bar: Progress } | undefined;
  const stop = () => {
    current?.bar.stop();
    current = undefined;
  };
  const update = (what: string, done: number, total: number) => {
    if (current?.what !== what) {
      stop();
      current = { what, bar: output.progress(what, total) };
    }
    current.bar.update(done);
  };
  return { update, stop };
}
