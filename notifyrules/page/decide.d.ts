/** What JSON can hold; instants, times and durations in their input form. */
export type Value = boolean | number | string | null | Value[] | { [key: string]: Value };
/** Facts by their dotted names, or nested: `{"channel.muted": true}` or `{channel: {muted: true}}`. */
export type Facts = { readonly [name: string]: Value };

export interface Step {
  readonly node: string;
  readonly kind: "if" | "switch" | "first" | "any" | "call";
  readonly ask: string;
  readonly answer: string;
  /** The id of the arrow taken. */
  readonly arrow: string;
  /** The node or outcome it leads to. */
  readonly to: string;
  /** The facts that were read to answer. */
  readonly facts: Facts;
  readonly because: string | null;
  /** The branches of a fan-out that refused before this arrow was taken. */
  readonly tried: readonly { readonly arrow: string; readonly outcome: string; readonly steps: readonly Step[] }[];
  /** The way through the called chart. */
  readonly inner: Passage | null;
  readonly file: string;
  readonly line: number;
}

export interface Passage {
  readonly chart: string;
  readonly outcome: string;
  readonly because: string | null;
  readonly steps: readonly Step[];
}

export interface Decision {
  readonly outcome: string;
  /** Null for the outcome of a chart that is made to be called. */
  readonly notify: boolean | "later" | null;
  /** The id of the arrow that settled it. */
  readonly reason: string;
  readonly reasons: readonly string[];
  readonly because: string | null;
  readonly data: Facts;
  /** When to ask again, in UTC. */
  readonly recheck_at: string | null;
  /** Every fact, defaults filled in. */
  readonly facts: Facts;
  /** Facts that words, data and the recheck were made from. */
  readonly told_from: readonly string[];
  readonly steps: readonly Step[];
}

/** What is wrong with the facts that were given, one problem a line. */
export class FactsError extends Error {}

/** The chart as data: `notifyrules export CHART --to json`. */
export interface Chart {
  readonly name: string;
  readonly title: string;
  readonly digest: string;
}

/** Decide by a chart. Throws {@link FactsError}, and nothing else. */
export function decideBy(chart: Chart, facts: Facts): Decision;
/** The chart of this module. */
export const chart: Chart;
/** Decide by the chart of this module. Throws {@link FactsError}, and nothing else. */
export function decide(facts: Facts): Decision;
