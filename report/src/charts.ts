// The two kinds of bar charts that most sections need.
import { Chart, type Option } from "./chart";
import { places } from "./context";
import { at, sum } from "./dom";
import { count, share } from "./format";
import type { Colors } from "./theme";

export interface BarsOptions {
  title: string;
  description: string;
  note?: string;
  /** Name of what the bars are about, such as `Language`. */
  category: string;
  /** What is counted, in the plural, such as `articles`. */
  unit: string;
  names: string[];
  values: number[];
  /** What the values are shares of. */
  whole: number;
}

/** Horizontal bars, one a name, in the order given, with figures at their ends. */
export function bars(options: BarsOptions): Chart {
  const { names, values, whole } = options;
  return new Chart({
    title: options.title,
    description: options.description,
    ...(options.note ? { note: options.note } : {}),
    height: 46 + 26 * Math.max(1, names.length),
    draw: (look, width): Option => ({
      grid: { left: 4, right: 92, top: 4, bottom: 24, containLabel: true },
      xAxis: {
        type: "value",
        name: options.unit,
        nameLocation: "middle",
        nameGap: 8,
        nameTextStyle: { color: look.muted },
        axisLabel: { show: false },
        splitLine: { show: false },
      },
      yAxis: categories(names, look, width),
      tooltip: {
        formatter: (item: { dataIndex: number }) =>
          `${at(names, item.dataIndex)}: ${count(at(values, item.dataIndex))} ${options.unit}, ${share(at(values, item.dataIndex), whole)}`,
      },
      series: [
        {
          type: "bar",
          data: values,
          color: look.accent,
          barMaxWidth: 16,
          label: { show: true, position: "right", color: look.ink, formatter: (item: { value: number }) => `${count(item.value)} · ${share(item.value, whole)}` },
        },
      ],
    }),
    table: () => ({
      caption: options.title,
      rows: names.length,
      columns: [
        { name: options.category, cell: (row) => at(names, row), key: (row) => at(names, row) },
        { name: options.unit, numeric: true, cell: (row) => count(at(values, row)), key: (row) => at(values, row) },
        { name: "Share", numeric: true, cell: (row) => share(at(values, row), whole) },
      ],
    }),
  });
}

export interface SharesOptions {
  title: string;
  description: string;
  note?: string;
  /** One bar each. */
  rows: string[];
  /** Parts of a bar. */
  parts: { name: string; color: (look: Colors) => string }[];
  /** values[row][part] */
  values: number[][];
}

/** Horizontal bars of 100 %, one a row, cut into parts. */
export function shares(options: SharesOptions): Chart {
  const { rows, parts, values } = options;
  const totals = values.map((row) => sum(row));
  return new Chart({
    title: options.title,
    description: options.description,
    ...(options.note ? { note: options.note } : {}),
    height: (width) => 70 + 22 * rows.length + (width < 560 ? 24 * Math.ceil(parts.length / 3) : 0),
    draw: (look, width): Option => ({
      grid: { left: 4, right: 8, top: width < 560 ? 24 * Math.ceil(parts.length / 3) + 10 : 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, itemGap: 12, icon: "rect", textStyle: { color: look.ink } },
      xAxis: { type: "value", max: 100, axisLabel: { color: look.muted, formatter: "{value} %" }, splitLine: { lineStyle: { color: look.line } } },
      yAxis: [
        categories(rows, look, width),
        { ...categories(totals.map(count), look, width), position: "right", axisLabel: { color: look.muted } },
      ],
      tooltip: {
        formatter: (item: { dataIndex: number; seriesIndex: number }) => {
          const value = at(at(values, item.dataIndex), item.seriesIndex);
          return `${at(rows, item.dataIndex)}\n${at(parts, item.seriesIndex).name}: ${count(value)} of ${count(at(totals, item.dataIndex))}, ${share(value, at(totals, item.dataIndex))}`;
        },
      },
      series: parts.map((part, place) => ({
        type: "bar",
        name: part.name,
        stack: "all",
        color: part.color(look),
        barMaxWidth: 14,
        itemStyle: { borderColor: look.surface, borderWidth: 0.5 },
        data: values.map((row, index) => (at(totals, index) === 0 ? 0 : (100 * at(row, place)) / at(totals, index))),
      })),
    }),
    table: () => ({
      caption: options.title,
      rows: rows.length,
      columns: [
        { name: "Source", cell: (row) => at(rows, row), key: (row) => at(rows, row) },
        { name: "Articles", numeric: true, cell: (row) => count(at(totals, row)), key: (row) => at(totals, row) },
        ...places(parts.length).map((part) => ({
          name: at(parts, part).name,
          numeric: true,
          cell: (row: number) => count(at(at(values, row), part)),
          key: (row: number) => at(at(values, row), part),
        })),
      ],
    }),
  });
}

function categories(names: string[], look: Colors, width: number): object {
  return {
    type: "category",
    inverse: true,
    data: names,
    axisLabel: { color: look.ink, width: Math.min(190, Math.max(90, width * 0.3)), overflow: "truncate", interval: 0 },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: look.line } },
  };
}
