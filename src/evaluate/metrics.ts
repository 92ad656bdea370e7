/** One answer: how sure it was, and whether its first anime was the right one. Nothing is right when none could be. */
export interface Answer {
  readonly probability: number;
  readonly isRight: boolean;
}

export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly answers: number;
  /** mean claimed probability, NaN-free: the bin's middle when it is empty */
  readonly claimed: number;
  /** share that was right; 0 when the bin is empty */
  readonly right: number;
}

/** Fifteen bins, as the calibration literature counts (Guo et al. 2017, arXiv:1706.04599). */
const BINS = 15;

export function reliability(answers: readonly Answer[], bins = BINS): readonly ReliabilityBin[] {
  return Array.from({ length: bins }, (_, bin) => {
    const [from, to] = [bin / bins, (bin + 1) / bins];
    const isLast = bin === bins - 1;
    const here = answers.filter(({ probability: p }) => p >= from && (p < to || (isLast && p <= to)));
    return {
      from,
      to,
      answers: here.length,
      claimed: here.length ? mean(here.map(({ probability }) => probability)) : (from + to) / 2,
      right: here.length ? mean(here.map(({ isRight }) => Number(isRight))) : 0,
    };
  });
}

/** Expected calibration error: the mean gap between what was claimed and what was right, 0–1. */
export function calibrationError(answers: readonly Answer[], bins = BINS): number {
  if (answers.length === 0) return 0;
  const gaps = reliability(answers, bins).map((bin) => bin.answers * Math.abs(bin.claimed - bin.right));
  return sum(gaps) / answers.length;
}

/** How many answers a rule "accept from this probability on" keeps, and how many of the foreign ones it lets in. */
export interface OperatingPoint {
  readonly threshold: number;
  /** share of the known queries that are accepted and right */
  readonly recall: number;
  /** share of the foreign queries that are accepted */
  readonly falseAccepts: number;
}

/** The lowest threshold that lets in at most `rate` of the foreign queries, and what it keeps of the known ones. */
export function recallAtFalseAccepts(
  known: readonly Answer[],
  foreign: readonly number[],
  rate: number,
): OperatingPoint {
  const descending = [...foreign].sort((a, b) => b - a);
  const firstRefused = descending[Math.floor(rate * foreign.length)];
  const threshold = firstRefused === undefined ? 0 : firstRefused + Number.EPSILON;
  return operate(known, foreign, threshold);
}

export function operate(known: readonly Answer[], foreign: readonly number[], threshold: number): OperatingPoint {
  return {
    threshold,
    recall: share(known, ({ probability, isRight }) => isRight && probability >= threshold),
    falseAccepts: share(foreign, (probability) => probability >= threshold),
  };
}

/** Share of the answers from this probability on that are right; 1 when there are none. */
export function precisionFrom(answers: readonly Answer[], threshold: number): number {
  const given = answers.filter(({ probability }) => probability >= threshold);
  return given.length === 0 ? 1 : share(given, ({ isRight }) => isRight);
}

export interface RiskPoint {
  /** share of the queries that are answered */
  readonly coverage: number;
  /** share of those that are wrong */
  readonly risk: number;
}

/** Answering the surest first: what share is wrong at each share answered (Geifman & El-Yaniv 2017, arXiv:1705.08500). */
export function riskCoverage(answers: readonly Answer[]): readonly RiskPoint[] {
  const surest = [...answers].sort((a, b) => b.probability - a.probability);
  let wrong = 0;
  return surest.map(({ isRight }, at) => {
    if (!isRight) wrong += 1;
    return { coverage: (at + 1) / surest.length, risk: wrong / (at + 1) };
  });
}

/** Area under the ROC curve: how often a right answer is surer than a wrong one; ties count half. 0.5 when one kind is missing. */
export function areaUnderRoc(answers: readonly Answer[]): number {
  const right = answers.filter(({ isRight }) => isRight).length;
  const wrong = answers.length - right;
  if (right === 0 || wrong === 0) return 0.5;
  const ranked = rankWithTies(answers);
  const rankSum = sum(ranked.filter(({ isRight }) => isRight).map(({ rank }) => rank));
  return (rankSum - (right * (right + 1)) / 2) / (right * wrong);
}

function rankWithTies(answers: readonly Answer[]): readonly { readonly isRight: boolean; readonly rank: number }[] {
  const ascending = [...answers].sort((a, b) => a.probability - b.probability);
  const places = new Map<number, { sum: number; count: number }>();
  for (const [at, { probability }] of ascending.entries()) {
    const place = places.get(probability) ?? { sum: 0, count: 0 };
    places.set(probability, { sum: place.sum + at + 1, count: place.count + 1 });
  }
  return ascending.map(({ isRight, probability }) => {
    const place = places.get(probability);
    return { isRight, rank: place ? place.sum / place.count : 0 };
  });
}

/** The value that `share` (0–1) of the values do not exceed, by the nearest-rank method; 0 of nothing. */
export function percentile(values: readonly number[], part: number): number {
  const ascending = [...values].sort((a, b) => a - b);
  return ascending[Math.max(0, Math.ceil(part * ascending.length) - 1)] ?? 0;
}

/** 0 of nothing. */
export function share<T>(items: readonly T[], isIt: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(isIt).length / items.length;
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
