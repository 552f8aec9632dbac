// Which source reports when: one row a source, one column a period.
import { Chart, type Option } from "../chart";
import { largest, places, type Context } from "../context";
import { at, sum } from "../dom";
import { count, counted } from "../format";
import type { Colors } from "../theme";
import { binName, binStart, rebin, unitFor } from "../time-bins";

const MOST_ROWS = 20;
const MOST_COLUMNS = 72;

export function coverageChart({ data, filter, source }: Context): Chart | null {
  const time = data.time!;
  if (data.sources.id.length < 2) return null;
  const { shown } = largest(time.series.map((series) => sum(series.count)), MOST_ROWS);
  const rows = () => (filter.selection.source === null ? shown : [filter.selection.source]);
  const now = () => {
    const { from, to } = filter.selection.period!;
    const unit = unitFor(time, to - from + 1, MOST_COLUMNS);
    const bins = rebin(time, unit);
    const inside = places(bins.starts.length).filter((bin) => at(bins.starts, bin) >= binStart(from, unit) && at(bins.starts, bin) <= to);
    return { bins, inside, unit };
  };

  function draw(look: Colors): Option {
    const { bins, inside, unit } = now();
    const cells = rows().flatMap((index, row) => inside.map((bin, column) => [column, row, bins.counts[index]![bin]!]));
    const most = Math.max(1, ...cells.map((cell) => at(cell, 2)));
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
        pieces: [{ min: 0, max: 0, color: look.gap, label: "no article" }, ...steps(most, look.ramp)],
      },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: look.surface, borderWidth: 1 } }],
    };
  }

  const chart = new Chart({
    title: "Which source reports when",
    description: "One row a source, darker where it has more articles; periods without an article stand out.",
    note: shown.length < time.series.length ? `The ${count(shown.length)} sources with the most dated articles; choose another one in the filter.` : "",
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

/** Up to five steps from 1 to `most`, each about four times as wide as the one before where the range is wide. */
export function steps(most: number, ramp: readonly string[]): { min: number; max: number; color: string; label: string }[] {
  const parts = Math.min(ramp.length, most);
  const bounds = [...new Set(places(parts).map((place) => Math.max(place + 1, Math.round(most ** ((place + 1) / parts)))))];
  return bounds.map((max, place) => {
    const min = place === 0 ? 1 : at(bounds, place - 1) + 1;
    const shade = at(ramp, bounds.length === 1 ? 2 : Math.round((place * (ramp.length - 1)) / (bounds.length - 1)));
    return { min, max, color: shade, label: min === max ? count(max) : `${count(min)} to ${count(max)}` };
  });
}
