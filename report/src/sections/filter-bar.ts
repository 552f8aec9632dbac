// The controls of the filter: source, period, steps through time.
import type { Context } from "../context";
import { button, choice, element, sum } from "../dom";
import { counted, isoDay, longDay, parseDay } from "../format";
import { rebin } from "../time-bins";

/** The bar; it stays at the top of a wide screen. */
export function filterBar({ data, filter, source }: Context): HTMLElement {
  const sources = choice(
    "Source",
    [["", "All sources"], ...data.sources.id.map((_, index) => [String(index), source(index)] as const)],
    (value) => filter.set({ source: value === "" ? null : Number(value) }),
  );
  const status = element("p", { class: "filter-status", role: "status" });
  const reset = button("Show all", () => filter.reset());
  const bar = element("div", { class: "filter-bar", role: "group", "aria-label": "Filter by source and period" }, sources.label);
  const whole = filter.whole;
  const limits = whole && { min: isoDay(whole.from), max: isoDay(whole.to) };
  const from = element("input", { type: "date", ...limits });
  const to = element("input", { type: "date", ...limits });
  if (whole) {
    const typed = () => {
      const period = { from: parseDay(from.value), to: parseDay(to.value) };
      if (period.from !== null && period.to !== null) filter.set({ period: { from: period.from, to: period.to } });
      show();
    };
    from.addEventListener("change", typed);
    to.addEventListener("change", typed);
    const zoom = (factor: number, shift: number) => {
      const { from: first, to: last } = filter.selection.period ?? whole;
      const length = Math.max(1, Math.round((last - first + 1) * factor));
      const middle = (first + last + 1) / 2 + shift * (last - first + 1);
      const start = Math.max(whole.from, Math.min(Math.round(middle - length / 2), whole.to - length + 1));
      filter.set({ period: { from: start, to: start + length - 1 } });
    };
    bar.append(
      element("label", {}, element("span", {}, "From"), from),
      element("label", {}, element("span", {}, "To"), to),
      element(
        "div",
        { class: "zoom", role: "group", "aria-label": "Zoom in time" },
        button("−", () => zoom(2, 0), { "aria-label": "Zoom out" }),
        button("+", () => zoom(0.5, 0), { "aria-label": "Zoom in" }),
        button("←", () => zoom(1, -0.5), { "aria-label": "Earlier" }),
        button("→", () => zoom(1, 0.5), { "aria-label": "Later" }),
      ),
    );
  }
  bar.append(reset, status);

  // Sums up to every bin, so that a period of years is as quick as a day.
  const time = data.time && data.time.unit === "day" ? rebin(data.time, "day") : null;
  function show(): void {
    const { source: chosen, period } = filter.selection;
    sources.select.value = chosen === null ? "" : String(chosen);
    if (period) {
      from.value = isoDay(period.from);
      to.value = isoDay(period.to);
    }
    reset.disabled = filter.isWhole;
    const parts = [chosen === null ? "all sources" : source(chosen)];
    if (period) parts.push(period.from === period.to ? longDay(period.from) : `${longDay(period.from)} to ${longDay(period.to)}`);
    if (time && period) {
      const first = time.starts[0]!;
      const shown = chosen === null ? time.counts : [time.counts[chosen]!];
      const total = sum(shown.map((counts) => sum(counts.subarray(period.from - first, period.to - first + 1))));
      parts.push(counted(total, "dated article"));
    }
    status.textContent = `Shown: ${parts.join(", ")}`;
  }
  filter.listen(show);
  show();
  return bar;
}
