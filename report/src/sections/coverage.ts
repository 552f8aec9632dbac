// Which source reports when: one row a source, one column a period.
import { Chart, type Option } from "../chart";
import { largest, places, type Context } from "../context";
import { at, sum } from "../dom";
import { count, counted } from "../format";
import type { Colors } from "../theme";
import { stepKey, stepsBySquare } from "../steps";
import { binName, binStart, rebin, unitFor, type Unit } from "../time-bins";

const MOST_ROWS = 20;
const MOST_COLUMNS = 72;

export function coverageChart({ data, filter, source }: Context): Chart | null {
  const time = data.time!;
  if (data.sources.id.length < 2) return null;
  const { shown } = largest(time.series.map((series) => sum(series.count)), MOST_ROWS);
  const rows = () => (filter.selection.source === null ? shown : [filter.selection.source]);
  // Before its first and after its last article a source has no gap.
  const isWithin = (index: number, start: number, unit: Unit) => {
    const [first, last] = [data.sources.first_day[index], data.sources.last_day[index]];
    return first != null && last != null && start >= binStart(first, unit) && start <= last;
  };
  const now = () => {
    const { from, to } = filter.selection.period!;
    const unit = unitFor(time, to - from + 1, MOST_COLUMNS);
    const bins = rebin(time, unit);
    const inside = places(bins.starts.length).filter((bin) => at(bins.starts, bin) >= binStart(from, unit) && at(bins.starts, bin) <= to);
    return { bins, inside, unit };
  };

  function draw(look: Colors): Option {
    const { bins, inside, unit } = now();
    const cells = rows().flatMap((index, row) =>
      places(inside.length)
        .filter((column) => isWithin(index, at(bins.starts, at(inside, column)), unit))
        .map((column) => [column, row, bins.counts[index]![at(inside, column)]!]),
    );
    return {
      grid: { left: 4, right: 8, top: 8, bottom: 56, containLabel: true },
      tooltip: {
        formatter: (item: { value: [number, number, number] }) => {
          const [column, row, value] = item.value;
          return `${source(at(rows(), row))}\n${binName(at(bins.starts, at(inside, column)), unit)}: ${counted(value, "article")}`;
        },
      },
      xAxis: {
        type: "category",
        data: inside.map((bin) => binName(at(bins.starts, bin), unit)),
        axisLabel: { color: look.muted, hideOverlap: true },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: rows().map(source),
        axisLabel: { color: look.ink, width: 150, overflow: "truncate" },
        axisTick: { show: false },
        axisLine: { show: false },
      },
      visualMap: stepKey([{ min: 0, max: 0, color: look.gap, label: "no article" }, ...stepsBySquare(Math.max(1, ...cells.map((cell) => at(cell, 2))), look.ramp)], look.ink),
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.surface, borderWidth: 1 } }],
    };
  }

  const chart = new Chart({
    title: "Which source reports when",
    description: "One row a source, darker where it has more articles; periods without an article stand out.",
    note:
      "Blank before the first and after the last article of a source." +
      (shown.length < time.series.length ? ` The ${count(shown.length)} sources with the most dated articles; choose another one in the filter.` : ""),
    height: () => 84 + 22 * rows().length,
    minimumWidth: 620,
    draw,
    table: () => {
      const { bins, inside, unit } = now();
      return {
        caption: `Articles of each source a ${unit}`,
        rows: inside.length,
        columns: [
          { name: unit, cell: (row) => binName(at(bins.starts, at(inside, row)), unit), key: (row) => row },
          ...rows().map((index) => ({
            name: source(index),
            numeric: true,
            cell: (row: number) => count(bins.counts[index]![at(inside, row)]!),
            key: (row: number) => bins.counts[index]![at(inside, row)]!,
          })),
        ],
      };
    },
  });
  filter.listen(() => {
    chart.resize();
    chart.update();
  });
  return chart;
}
