// What the reader has chosen to look at: one source or all, and a period. Charts and tables listen.

export interface Selection {
  /** A source index; null for all. */
  source: number | null;
  /** First and last day; null where the dataset has no dates. */
  period: { from: number; to: number } | null;
}

type Listener = (selection: Selection) => void;

export class Filter {
  readonly whole: Selection["period"];
  #selection: Selection;
  #listeners: Listener[] = [];

  constructor(first: number | null, last: number | null) {
    this.whole = first === null || last === null ? null : { from: first, to: last };
    this.#selection = { source: null, period: this.whole };
  }

  get selection(): Selection {
    return this.#selection;
  }

  /** Whether everything is shown. */
  get isWhole(): boolean {
    const { source, period } = this.#selection;
    return source === null && period?.from === this.whole?.from && period?.to === this.whole?.to;
  }

  /** Calls `listener` at every change. */
  listen(listener: Listener): void {
    this.#listeners.push(listener);
  }

  /** Changes a part; a period is kept within the dataset and in order. */
  set(change: Partial<Selection>): void {
    const next = { ...this.#selection, ...change };
    if (next.period && this.whole) {
      const from = Math.max(this.whole.from, Math.min(next.period.from, this.whole.to));
      next.period = { from, to: Math.min(this.whole.to, Math.max(next.period.to, from)) };
    }
    const { source, period } = this.#selection;
    if (source === next.source && period?.from === next.period?.from && period?.to === next.period?.to) return;
    this.#selection = next;
    for (const listener of this.#listeners) listener(next);
  }

  /** Shows everything again. */
  reset(): void {
    this.set({ source: null, period: this.whole });
  }
}
