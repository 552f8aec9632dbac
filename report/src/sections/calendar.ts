// The calendar of one year: a day without an article is told apart from a day outside of the dataset.
import { Chart, type Option } from "../chart";
import { places, type Context } from "../context";
import { at, button, choice, element, sum } from "../dom";
import { count, counted, isoDay, longDay } from "../format";
import { stepKey, stepsBySquare } from "../steps";
import type { Colors } from "../theme";
import { rebin } from "../time-bins";

const cell = (width: number) => Math.max(10, Math.min(18, Math.floor((width - 40) / 54)));
const yearOf = (day: number) => Number(isoDay(day).replace(/-\d\d-\d\d$/, ""));

/** The chart with its choice of a year; null when the dataset has no calendar. */
export function calendarChart({ data, filter, source }: Context): HTMLElement | null {
  const whole = filter.whole;
  if (!data.calendar || !whole) return null;
  const total = new Map<number, number>();
  let day = 0;
  data.calendar.step.forEach((step, place) => {
    day += step;
    total.set(day, at(data.calendar!.count, place));
  });
  const bySource = data.time?.unit === "day" ? rebin(data.time, "day") : null;
  const first = yearOf(whole.from);
  const last = yearOf(whole.to);
  let year = last;

  // Of a source only where the data has days; otherwise all sources, which the note says.
  const chosen = () => (bySource ? filter.selection.source : null);
  const articles = (day: number): number => {
    const index = chosen();
    return index === null ? (total.get(day) ?? 0) : (bySource!.counts[index]![day - bySource!.starts[0]!] ?? 0);
  };
  const days = (): number[] => {
    const from = Math.max(whole.from, Math.round(Date.UTC(year, 0, 1) / 86_400_000));
    const to = Math.min(whole.to, Math.round(Date.UTC(year, 11, 31) / 86_400_000));
    return places(Math.max(0, to - from + 1)).map((place) => from + place);
  };

  const years = choice(
    "Year",
    places(Math.min(last - first + 1, 400)).map((back) => [String(last - back), String(last - back)] as const),
    (value) => go(Number(value)),
  );
  const previous = button("Year before", () => go(year - 1));
  const next = button("Year after", () => go(year + 1));
  const status = element("p", { class: "note", role: "status" });
  function go(to: number): void {
    year = Math.max(first, Math.min(last, to));
    years.select.value = String(year);
    previous.disabled = year === first;
    next.disabled = year === last;
    const shown = days();
    const empty = shown.filter((day) => articles(day) === 0).length;
    const index = chosen();
    status.textContent = `${year}, ${index === null ? "all sources" : source(index)}: ${counted(sum(shown.map(articles)), "article")}, ${counted(empty, "day")} of ${count(shown.length)} without one.`;
    chart.update();
  }

  function draw(look: Colors, width: number): Option {
    const shown = days();
    const pieces = stepsBySquare(Math.max(1, ...shown.map(articles)), look.ramp);
    return {
      tooltip: { formatter: (item: { value: [string, number] }) => `${item.value[0]}: ${counted(item.value[1], "article")}` },
      visualMap: stepKey([{ min: 0, max: 0, color: look.gap, label: "no article" }, ...pieces], look.ink),
      calendar: {
        range: String(year),
        top: 24,
        left: 34,
        right: 4,
        cellSize: ["auto", cell(width)],
        splitLine: { lineStyle: { color: look.muted, width: 1 } },
        itemStyle: { color: look.paper, borderColor: look.surface, borderWidth: 2 },
        dayLabel: { firstDay: 1, nameMap: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"], color: look.muted, fontSize: 10 },
        monthLabel: { color: look.muted },
        yearLabel: { show: false },
      },
      series: [{ type: "heatmap", coordinateSystem: "calendar", data: shown.map((day) => [isoDay(day), articles(day)]) }],
    };
  }

  const chart = new Chart({
    title: "Calendar of articles and gaps",
    description: "One square a day; days without an article stand out.",
    height: (width) => 66 + 7 * cell(width),
    minimumWidth: 680,
    draw,
    controls: element("div", { class: "controls" }, previous, years.label, next, status),
    table: () => {
      const shown = days();
      return {
        caption: `Articles a day in ${year}`,
        rows: shown.length,
        columns: [
          { name: "Day", cell: (row) => longDay(at(shown, row)), key: (row) => row },
          { name: "Articles", numeric: true, cell: (row) => count(articles(at(shown, row))), key: (row) => articles(at(shown, row)) },
        ],
      };
    },
  });
  filter.listen(() => {
    const { period } = filter.selection;
    // The year of the end of the period, unless the year that is shown lies in it.
    const inside = period && yearOf(period.from) <= year && year <= yearOf(period.to);
    go(period && !inside ? yearOf(period.to) : year);
  });
  go(last);
  return chart.root;
}
