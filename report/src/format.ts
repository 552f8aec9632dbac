// Numbers, shares and days as a reader sees them.

const NUMBER = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const DAY = 86_400_000;
const LONG = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** 21,521 */
export const count = (value: number): string => NUMBER.format(value);

/** 21.5K */
export const compact = (value: number): string => COMPACT.format(value);

/** "1 article", "2 articles"; `many` where an s is not enough. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share in percent, never rounded to 0 or 100 when it is not. */
export function share(part: number, whole: number): string {
  if (whole === 0) return "–";
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.1) return "< 0.1 %";
  if (part < whole && percent > 99.9) return "> 99.9 %";
  return `${percent.toFixed(1).replace(/\.0$/, "")} %`;
}

/** Days since 1970-01-01 as milliseconds. */
export const milliseconds = (day: number): number => day * DAY;

/** Milliseconds as days since 1970-01-01. */
export const dayOf = (value: number): number => Math.floor(value / DAY);

/** 2025-12-17; years before 0 or after 9999 keep their sign and digits. */
export const isoDay = (day: number): string => new Date(day * DAY).toISOString().replace(/T.*/, "");

/** 17 December 2025 */
export const longDay = (day: number): string => LONG.format(new Date(day * DAY));

/** The day of 2025-12-17, or null. */
export function parseDay(text: string): number | null {
  const value = Date.parse(`${text}T00:00:00Z`);
  return Number.isNaN(value) ? null : dayOf(value);
}

/** 1.2 MB */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}

/** A code as words: `near_copy` becomes "near copy". */
export const words = (code: string): string => code.replace(/[_-]/g, " ");
