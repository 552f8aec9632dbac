// Who copies whom: a matrix of sources.
import { Chart, type Option } from "../chart";
import { places, type Context } from "../context";
import { at, sum } from "../dom";
import { count, counted } from "../format";
import { stepKey, stepsByFactor } from "../steps";
import type { Colors } from "../theme";
import { relationName } from "./flow";

const MOST_SOURCES = 14;

/** The chart; null where no cluster has a member but its representative. */
export function copiesChart({ data, source }: Context): HTMLElement | null {
  const { cells, relations } = data.copies;
  if (cells.length === 0) return null;
  const involved = new Array<number>(data.sources.id.length).fill(0);
  for (const [copy, original, , n] of cells as [number, number, number, number][]) {
    involved[copy]! += n;
    if (copy !== original) involved[original]! += n;
  }
  const order = places(involved.length)
    .filter((index) => at(involved, index) > 0)
    .sort((one, other) => at(involved, other) - at(involved, one) || one - other);
  const shown = order.length <= MOST_SOURCES + 1 ? order : order.slice(0, MOST_SOURCES);
  const names = shown.map(source);
  if (shown.length < order.length) names.push("all others");
  const row = (index: number) => (shown.includes(index) ? shown.indexOf(index) : names.length - 1);
  const matrix = names.map(() => names.map(() => 0));
  for (const [copy, original, , n] of cells as [number, number, number, number][]) matrix[row(copy)]![row(original)]! += n;
  // Cells of zero stay empty, so that what is there can be seen.
  const most = Math.max(...matrix.flat());
  const total = sum(matrix.flat());
  const within = sum(cells.filter(([copy, original]) => copy === original && data.sources.id[copy!] !== null).map((cell) => at(cell, 3)));
  const size = names.length;

  function draw(look: Colors, width: number): Option {
    const steps = stepsByFactor(most, look.ramp);
    const ink = (n: number) => (look.ramp.indexOf(steps.find((step) => n <= step.max)!.color) > 2 ? look.surface : look.ink);
    return {
      grid: { left: 4, right: 40, top: 8, bottom: 40, containLabel: true },
      tooltip: {
        formatter: ({ value: [original, copy, n] }: { value: [number, number, number] }) =>
          `${at(names, copy)} has ${counted(n, "copy", "copies")}\nof texts that ${copy === original ? "it" : at(names, original)} had first`,
      },
      xAxis: {
        type: "category",
        position: "top",
        splitLine: { show: true, lineStyle: { color: look.line } },
        data: names,
        axisLabel: { color: look.ink, interval: 0, rotate: size > 4 ? 40 : 0, width: 110, overflow: "truncate" },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      yAxis: {
        type: "category",
        inverse: true,
        splitLine: { show: true, lineStyle: { color: look.line } },
        data: names,
        axisLabel: { color: look.ink, interval: 0, width: 140, overflow: "truncate" },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      visualMap: stepKey(steps, look.ink),
      series: [
        {
          type: "heatmap",
          itemStyle: { borderColor: look.surface, borderWidth: 1 },
          label: {
            show: width / size > 46,
            formatter: ({ value }: { value: number[] }) => count(value[2]!),
          },
          data: matrix.flatMap((line, copy) => line.map((n, original) => (n === 0 ? { value: [original, copy, "-"] } : { value: [original, copy, n], label: { color: ink(n) } }))),
        },
      ],
    };
  }

  return new Chart({
    title: "Who copies whom",
    description: `A matrix of ${counted(size, "source")}; a row has copies, a column had the text first.`,
    note: `${counted(total, "record")} in clusters beside the first one; ${count(within)} are copies within one source. A row has the copies, a column had the text first in this dataset, which need not be where it was written.`,
    height: () => 170 + 26 * size,
    minimumWidth: Math.min(720, 300 + 34 * size),
    draw,
    table: () => ({
      caption: "Who copies whom",
      rows: cells.length,
      columns: [
        { name: "Has the copy", cell: (place) => source(at(at(cells, place), 0)), key: (place) => source(at(at(cells, place), 0)) },
        { name: "Had it first", cell: (place) => source(at(at(cells, place), 1)), key: (place) => source(at(at(cells, place), 1)) },
        { name: "Relation", cell: (place) => relationName(at(relations, at(at(cells, place), 2))), key: (place) => at(at(cells, place), 2) },
        { name: "Records", numeric: true, cell: (place) => count(at(at(cells, place), 3)), key: (place) => at(at(cells, place), 3) },
      ],
    }),
  }).root;
}
