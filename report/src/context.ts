// What every section is made from.
import { at } from "./dom";
import { count, counted } from "./format";
import type { ReportData } from "./data";
import type { Filter } from "./filter";

export interface Context {
  data: ReportData;
  filter: Filter;
  /** Name of a source index. */
  source: (index: number) => string;
}

/** The names of sources: their id, which is what queries need; all others say how many they are. */
export function sourceNames(data: ReportData): (index: number) => string {
  const names = data.sources.id.map((id) => id ?? `${count(data.sources.others)} other sources`);
  return (index) => at(names, index);
}

/** Places 0 to n - 1. */
export const places = (n: number): number[] => Array.from({ length: n }, (_, place) => place);

/** "12 articles of 40" and the like for the head of sections. */
export const articles = (n: number): string => counted(n, "article");

/** Folds all but the largest `most` into one: the places to show, and the rest. */
export function largest(values: readonly number[], most: number): { shown: number[]; rest: number[] } {
  const order = places(values.length)
    .filter((place) => at(values, place) > 0)
    .sort((one, other) => at(values, other) - at(values, one) || one - other);
  const cut = order.length <= most + 1 ? order.length : most;
  return { shown: order.slice(0, cut), rest: order.slice(cut) };
}
