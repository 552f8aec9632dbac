// Who copies whom: a matrix of sources.
import { Chart, type Option } from "../chart";
import { places, type Context } from "../context";
import { at, sum } from "../dom";
import { count, counted } from "../format";
import type { Colors } from "../theme";
import { steps } from "./coverage";
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
  const most = Math.max(...matrix.flat());
  const total = sum(matrix.flat());
  const within = sum(cells.filter(([copy, original]) => copy === original).map((cell) => at(cell, 3)));
  const size = names.length;

  function draw(look: Colors, width: number): Option {
    return {
      grid: { left: 4, right: 8, top: 28, bottom: 46, containLabel: true },
      tooltip: {
        formatter: ({ value: [original, copy, n] }: { value: [number, number, number] }) =>
          `${at(names, copy)} has ${counted(n, "copy", "copies")}\nof texts that ${copy === original ? "it" : at(names, original)} had first`,
      },
      xAxis: {
        type: "category",
        position: "top",
        name: "had it first",
        nameLocation: "start",
        nameTextStyle: { color: look.muted, padding: [0, 8, 0, 0] },
        data: names,
        axisLabel: { color: look.ink, interval: 0, rotate: size > 4 ? 40 : 0, width: 110, overflow: "truncate" },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: names,
        axisLabel: { color: look.ink, interval: 0, width: 140, overflow: "truncate" },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      visualMap: {
        type: "piecewise",
        orient: "horizontal",
        left: 0,
        bottom: 0,
        itemWidth: 12,
        itemHeight: 12,
        itemGap: 12,
        selectedMode: false,
        hoverLink: false,
        textStyle: { color: look.ink },
        pieces: [{ min: 0, max: 0, color: look.paper, label: "none" }, ...steps(most, look.ramp)],
      },
      series: [
        {
          type: "heatmap",
          itemStyle: { borderColor: look.surface, borderWidth: 1 },
          label: {
            show: width / size > 46,
            formatter: ({ value }: { value: number[] }) => (value[2] === 0 ? "" : count(value[2]!)),
            color: look.ink,
            textBorderColor: look.surface,
            textBorderWidth: 2,
          },
          data: matrix.flatMap((line, copy) => line.map((n, original) => [original, copy, n])),
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
