// Shades for counts: which counts share a shade, and what the key says.
import { places } from "./context";
import { at } from "./dom";
import { count } from "./format";

export interface Step {
  min: number;
  max: number;
  color: string;
  label: string;
}

/** Shades for counts of one order of size: their ends grow as squares, so that small counts are told apart and large ones not exaggerated. */
export function stepsBySquare(most: number, ramp: readonly string[]): Step[] {
  const parts = Math.min(ramp.length, most);
  return steps(places(parts).map((place) => Math.max(place + 1, Math.round(most * ((place + 1) / parts) ** 2))), ramp);
}

/** Shades that grow by one factor from 1 to `most`, for counts of very different size. */
export function stepsByFactor(most: number, ramp: readonly string[]): Step[] {
  const parts = Math.min(ramp.length, most);
  return steps(places(parts).map((place) => Math.max(place + 1, Math.round(most ** ((place + 1) / parts)))), ramp);
}

function steps(ends: readonly number[], ramp: readonly string[]): Step[] {
  const bounds = [...new Set(ends)];
  return bounds.map((max, place) => {
    const min = place === 0 ? 1 : at(bounds, place - 1) + 1;
    const color = at(ramp, bounds.length === 1 ? 2 : Math.round((place * (ramp.length - 1)) / (bounds.length - 1)));
    return { min, max, color, label: min === max ? count(max) : `${count(min)} to ${count(max)}` };
  });
}

/** The key of shades, below a chart. */
export function stepKey(pieces: readonly object[], ink: string): object {
  return {
    type: "piecewise",
    orient: "horizontal",
    left: 0,
    bottom: 0,
    itemWidth: 12,
    itemHeight: 12,
    itemGap: 12,
    selectedMode: false,
    hoverLink: false,
    textStyle: { color: ink },
    pieces,
  };
}
