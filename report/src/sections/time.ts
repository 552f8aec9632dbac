// When the articles were published: over time by source, day by day, and where nothing is.
import { Chart, type Option } from "../chart";
import { largest, places, type Context } from "../context";
import { at, choice, element, paragraph, sum } from "../dom";
import { count, counted, dayOf, isoDay, milliseconds } from "../format";
import type { Colors } from "../theme";
import { DataTable } from "../table";
import { binName, binStart, nextBin, rebin, unitFor, unitsOf, type Binned, type Unit } from "../time-bins";
import { calendarChart } from "./calendar";
import { coverageChart } from "./coverage";
import { filterBar } from "./filter-bar";
import { section, type Section } from "./section";

const MOST_BARS = 150;
const MOST_SERIES = 8;
const HOUR = 3_600_000;

export function timeSection(context: Context): Section {
  const { data, filter } = context;
  const { counts } = data;
  const without = [
    counts.undated > 0 ? `${counted(counts.undated, "article")} without a date` : null,
    counts.coarse > 0 ? `${counted(counts.coarse, "article")} with only a month or a year` : null,
  ].filter((part) => part !== null);
  if (!data.time) {
    const lead = counts.articles === 0 ? "There is no article." : "No article is dated to the day, so nothing can be shown over time.";
    return section("time", "When", lead, filter.whole || data.clusters.size.length > 0 ? filterBar(context) : null);
  }
  return section(
    "time",
    "When",
    without.length === 0
      ? counts.articles === 1
        ? "The one article is dated to the day."
        : `All ${count(counts.articles)} articles are dated to the day.`
      : `${counted(counts.dated, "article")} ${counts.dated === 1 ? "is" : "are"} dated to the day. Not in these charts: ${without.join(" and ")}.`,
    filterBar(context),
    overTime(context).root,
    calendarChart(context),
    coverageChart(context)?.root ?? null,
    gapTable(context),
  );
}

/** One part of the stack: a source, or several that have no colour of their own. */
interface Part {
  name: string;
  sources: number[];
}

function overTime(context: Context): Chart {
  const { data, filter, source } = context;
  const time = data.time!;
  const totals = time.series.map((series) => sum(series.count));
  const others = data.sources.id.indexOf(null);
  const { shown, rest } = largest(totals.map((total, index) => (index === others ? 0 : total)), MOST_SERIES - 1);
  if (others >= 0) rest.push(others);
  const all: Part[] = shown.map((index) => ({ name: source(index), sources: [index] }));
  const folded = rest.length + (others < 0 ? 0 : data.sources.others - 1);
  if (folded > 0) all.push({ name: counted(folded, "other source"), sources: rest });

  let wanted: Unit | "auto" = "auto";
  const memory = new Map<Unit, Binned>();
  const binned = (unit: Unit): Binned => {
    const found = memory.get(unit) ?? rebin(time, unit);
    memory.set(unit, found);
    return found;
  };
  const period = () => filter.selection.period ?? filter.whole!;
  const unit = (): Unit => (wanted === "auto" ? unitFor(time, period().to - period().from + 1, MOST_BARS) : wanted);
  const parts = (): Part[] => {
    const chosen = filter.selection.source;
    return chosen === null ? all : [{ name: source(chosen), sources: [chosen] }];
  };
  const value = (bins: Binned, part: Part, bin: number) => sum(part.sources.map((index) => bins.counts[index]![bin]!));

  const resolution = choice(
    "One bar is a",
    [["auto", "fitting period"], ...unitsOf(time).map((name) => [name, name] as const)],
    (chosen) => {
      wanted = chosen as Unit | "auto";
      chart.update();
    },
  );

  // Bars at the ends of the period are shown whole.
  function shownWindow(bins: Binned): { startValue: number; endValue: number } {
    const { from, to } = period();
    return { startValue: milliseconds(binStart(from, bins.unit)), endValue: milliseconds(nextBin(binStart(to, bins.unit), bins.unit)) };
  }

  function draw(look: Colors, width: number): Option {
    const bins = binned(unit());
    const end = nextBin(at(bins.starts, bins.starts.length - 1), bins.unit);
    const middles = bins.starts.map((start) => milliseconds((start + nextBin(start, bins.unit)) / 2));
    const window = shownWindow(bins);
    const chosen = filter.selection.source;
    const color = (place: number) =>
      chosen !== null ? look.accent : place < shown.length ? at(look.series, place) : look.other;
    const legendRows = Math.ceil((140 * parts().length) / width);
    return {
      grid: { left: 8, right: 12, top: 22 * legendRows + 24, bottom: 64, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 12, itemGap: 14, icon: "rect", textStyle: { color: look.ink }, selectedMode: chosen === null, data: parts().map((part) => part.name) },
      xAxis: {
        type: "time",
        min: milliseconds(at(bins.starts, 0)),
        max: milliseconds(end),
        minInterval: milliseconds(1),
        axisLine: { lineStyle: { color: look.muted } },
        axisLabel: { color: look.muted, hideOverlap: true, formatter: { year: "{yyyy}", month: "{MMM} {yyyy}", day: "{d} {MMM}", hour: "" } },
        splitLine: { show: false },
      },
      yAxis: {
        type: "value",
        name: `articles a ${bins.unit}`,
        nameLocation: "end",
        nameTextStyle: { color: look.muted, align: "left", padding: [0, 0, 0, -24] },
        minInterval: 1,
        axisLabel: { color: look.muted, formatter: (value: number) => count(value) },
        splitLine: { lineStyle: { color: look.line } },
      },
      dataZoom: [
        {
          type: "slider",
          ...window,
          bottom: 8,
          height: 30,
          borderColor: look.line,
          fillerColor: `${look.accent}22`,
          handleStyle: { color: look.surface, borderColor: look.accent },
          moveHandleStyle: { color: look.accent, opacity: 0.4 },
          dataBackground: { lineStyle: { color: look.muted }, areaStyle: { color: look.line } },
          selectedDataBackground: { lineStyle: { color: look.accent }, areaStyle: { color: look.accent } },
          textStyle: { color: look.muted },
          labelFormatter: (value: number) => isoDay(dayOf(value)),
          brushSelect: true,
          realtime: false,
          minValueSpan: milliseconds(1),
        },
        { type: "inside", ...window, zoomOnMouseWheel: "ctrl", moveOnMouseWheel: false, minValueSpan: milliseconds(1) },
      ],
      tooltip: {
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (items: { dataIndex: number }[]) => {
          const bin = items[0]?.dataIndex;
          if (bin === undefined) return "";
          const lines = parts()
            .map((part) => ({ name: part.name, value: value(bins, part, bin) }))
            .filter((line) => line.value > 0)
            .sort((one, other) => other.value - one.value);
          const total = sum(lines.map((line) => line.value));
          const head = `${binName(at(bins.starts, bin), bins.unit)}: ${counted(total, "article")}`;
          return [head, ...(lines.length > 1 ? lines.map((line) => `${line.name}: ${count(line.value)}`) : [])].join("\n");
        },
      },
      series: [
        // The slider shows the first series: that has to be the total, which the stack covers.
        {
          type: "bar",
          name: "total",
          color: "transparent",
          silent: true,
          barGap: "-100%",
          barMaxWidth: 60,
          data: middles.map((middle, bin) => [middle, sum(parts().map((part) => value(bins, part, bin)))]),
        },
        ...parts().map((part, place) => ({
          type: "bar",
          barGap: "-100%",
          name: part.name,
          stack: "all",
          color: color(place),
          barCategoryGap: bins.starts.length > 60 ? "0%" : "12%",
          barMaxWidth: 60,
          data: middles.map((middle, bin) => [middle, value(bins, part, bin)]),
        })),
      ],
    };
  }

  const chart = new Chart({
    title: "Articles over time by source",
    description: `Stacked bars of ${counted(data.counts.dated, "article")} by ${all.length === 1 ? "one source" : `${all.length} sources or groups of sources`}.`,
    note: "Drag the handles below the chart, or use the filter above, to zoom; bars become finer as the period becomes shorter.",
    height: (width) => (width < 560 ? 420 : 410),
    draw,
    controls: element("div", { class: "controls" }, resolution.label),
    table: () => {
      const bins = binned(unit());
      const inside = places(bins.starts.length).filter((bin) => {
        const start = at(bins.starts, bin);
        return nextBin(start, bins.unit) > period().from && start <= period().to;
      });
      const now = parts();
      const total = (row: number) => sum(now.map((part) => value(bins, part, at(inside, row))));
      return {
        caption: `Articles a ${bins.unit}`,
        rows: inside.length,
        columns: [
          { name: bins.unit, cell: (row) => binName(at(bins.starts, at(inside, row)), bins.unit), key: (row) => row },
          { name: "All", numeric: true, cell: (row) => count(total(row)), key: total },
          ...(now.length === 1 ? [] : now).map((part) => ({
            name: part.name,
            numeric: true,
            cell: (row: number) => count(value(bins, part, at(inside, row))),
            key: (row: number) => value(bins, part, at(inside, row)),
          })),
        ],
      };
    },
  });

  let drawing = false;
  chart.whenMade((made) => {
    made.on("datazoom", () => {
      if (drawing) return;
      const zoom = (made.getOption()["dataZoom"] as { startValue: number; endValue: number }[])[0];
      if (!zoom) return;
      // An end that was not moved keeps its day, although the whole of its bar is shown.
      const before = shownWindow(binned(unit()));
      const moved = (one: number, other: number) => Math.abs(one - other) > HOUR;
      const from = moved(zoom.startValue, before.startValue) ? dayOf(zoom.startValue + HOUR) : period().from;
      const to = moved(zoom.endValue, before.endValue) ? dayOf(zoom.endValue - HOUR) : period().to;
      filter.set({ period: { from, to: Math.max(from, to) } });
    });
  });
  filter.listen(() => {
    drawing = true;
    chart.update();
    drawing = false;
  });
  return chart;
}

function gapTable({ data, source }: Context): HTMLElement {
  const { gaps } = data;
  const name = (row: number) => {
    const index = at(gaps, row).source;
    return index === null ? "whole dataset" : source(index);
  };
  if (gaps.length === 0) {
    return element(
      "div",
      { class: "block" },
      element("h3", {}, "Longest gaps"),
      paragraph("Between the first and the last day, every day has an article. Single sources are looked at from 30 days with articles on."),
    );
  }
  const table = new DataTable({
    caption: "Longest runs of days without an article",
    hideCaption: true,
    rows: gaps.length,
    pageSize: 10,
    columns: [
      { name: "Where", cell: name, key: name },
      { name: "First day", nowrap: true, cell: (row) => isoDay(at(gaps, row).from), key: (row) => at(gaps, row).from },
      { name: "Last day", nowrap: true, cell: (row) => isoDay(at(gaps, row).to), key: (row) => at(gaps, row).to },
      { name: "Days", numeric: true, cell: (row) => count(at(gaps, row).days), key: (row) => at(gaps, row).days },
    ],
  });
  return element(
    "div",
    { class: "block" },
    element("h3", {}, "Longest gaps"),
    element("p", { class: "note" }, "Runs of days without an article, of the whole dataset and of sources with articles on at least 30 days."),
    table.root,
  );
}
