// Bins of time: what the data holds by day, month or year, added up to any coarser unit.
import { at } from "./dom";
import { dayOf, isoDay, longDay, milliseconds } from "./format";
import type { ReportData } from "./data";

export type Unit = "day" | "week" | "month" | "quarter" | "year";
export const UNITS: readonly Unit[] = ["day", "week", "month", "quarter", "year"];
type Time = NonNullable<ReportData["time"]>;

/** First day of the bin that a day lies in; weeks begin on Monday. */
export function binStart(day: number, unit: Unit): number {
  if (unit === "day") return day;
  if (unit === "week") return day - ((((day + 3) % 7) + 7) % 7);
  const date = new Date(milliseconds(day));
  const month = unit === "month" ? date.getUTCMonth() : unit === "quarter" ? 3 * Math.floor(date.getUTCMonth() / 3) : 0;
  return utcDay(date.getUTCFullYear(), month);
}

/** First day of the next bin. */
export function nextBin(start: number, unit: Unit): number {
  if (unit === "day") return start + 1;
  if (unit === "week") return start + 7;
  const date = new Date(milliseconds(start));
  return utcDay(date.getUTCFullYear(), date.getUTCMonth() + { month: 1, quarter: 3, year: 12 }[unit]);
}

/** The bin in words. */
export function binName(start: number, unit: Unit): string {
  const iso = isoDay(start);
  if (unit === "day") return longDay(start);
  if (unit === "week") return `week of ${longDay(start)}`;
  if (unit === "month") return iso.replace(/-\d\d$/, "");
  if (unit === "year") return iso.replace(/-\d\d-\d\d$/, "");
  return `${iso.replace(/-\d\d-\d\d$/, "")}, quarter ${1 + Math.floor((Number(iso.slice(-5, -3)) - 1) / 3)}`;
}

function utcDay(year: number, month: number): number {
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const date = new Date(0);
  date.setUTCFullYear(year, month, 1);
  return dayOf(date.getTime());
}

/** The first day of every bin of the data. */
function dataBins(time: Time): number[] {
  const starts = [time.first];
  while (starts.length < time.bins) starts.push(nextBin(at(starts, starts.length - 1), time.unit));
  return starts;
}

/** Articles over time: counts[source][bin] for every source index, bins without gap. */
export interface Binned {
  unit: Unit;
  starts: number[];
  counts: Float64Array[];
}

/** Adds the data up to bins of a unit, which must not be finer than the data's. */
export function rebin(time: Time, unit: Unit): Binned {
  const from = dataBins(time);
  const starts: number[] = [];
  const target = from.map((day) => {
    const start = binStart(day, unit);
    while (starts.length === 0 || at(starts, starts.length - 1) < start) {
      starts.push(starts.length === 0 ? start : nextBin(at(starts, starts.length - 1), unit));
    }
    return starts.length - 1;
  });
  const counts = time.series.map((series) => {
    const own = new Float64Array(starts.length);
    let bin = 0;
    series.step.forEach((step, place) => {
      bin += step;
      own[at(target, bin)]! += at(series.count, place);
    });
    return own;
  });
  return { unit, starts, counts };
}

/** The units that the data can be shown in. */
export function unitsOf(time: Time): readonly Unit[] {
  return UNITS.slice(UNITS.indexOf(time.unit));
}

/** The finest unit that cuts a period of so many days into at most `most` bins. */
export function unitFor(time: Time, days: number, most: number): Unit {
  const length = { day: 1, week: 7, month: 30.4, quarter: 91.3, year: 365.2 };
  return unitsOf(time).find((unit) => days / length[unit] <= most) ?? "year";
}
