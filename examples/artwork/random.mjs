/** Mulberry32: the same seed draws the same poster on every machine. @returns numbers in [0, 1) */
function seededRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The few ways a drawing asks for chance. */
export function dice(seed) {
  const random = seededRandom(seed);
  const between = (low, high) => low + random() * (high - low);
  return {
    between,
    whole: (low, high) => Math.floor(between(low, high + 1)),
    pick: (list) => list[Math.floor(random() * list.length)],
    chance: (probability) => random() < probability,
    times: (count, draw) => Array.from({ length: count }, (_, i) => draw(i)).join(""),
  };
}
