// A chart in its figure: drawn when it comes near the screen, drawn again in other colours or widths, with its table below.
import * as echarts from "echarts/core";
import { BarChart, HeatmapChart, SankeyChart } from "echarts/charts";
import {
  CalendarComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendPlainComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
} from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import type { EChartsCoreOption } from "echarts/core";
import { element } from "./dom";
import { DataTable, type TableOptions } from "./table";
import { colors, type Colors } from "./theme";

echarts.use([
  BarChart,
  HeatmapChart,
  SankeyChart,
  CalendarComponent,
  DataZoomInsideComponent,
  DataZoomSliderComponent,
  GridComponent,
  LegendPlainComponent,
  TooltipComponent,
  VisualMapPiecewiseComponent,
  SVGRenderer,
]);

export type Option = EChartsCoreOption;

export interface ChartOptions {
  title: string;
  /** What a reader who does not see the chart should know of it. */
  description: string;
  /** Height in pixels, which may depend on the width. */
  height: number | ((width: number) => number);
  /** A narrower screen scrolls the chart sideways. */
  minimumWidth?: number;
  draw: (colors: Colors, width: number) => Option;
  table: () => TableOptions;
  /** Said below the headline. */
  note?: string;
  /** Between headline and chart. */
  controls?: HTMLElement;
}

const all: Chart[] = [];
const observer = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) all.find((chart) => chart.holder === entry.target)?.draw();
  },
  { rootMargin: "400px 0px" },
);
const resizes = new ResizeObserver((entries) => {
  for (const entry of entries) all.find((chart) => chart.holder === entry.target)?.resize();
});

export class Chart {
  readonly root: HTMLElement;
  readonly holder = element("div", { class: "chart" });
  #options: ChartOptions;
  #made: echarts.ECharts | null = null;
  #size = "";
  #table: DataTable | null = null;
  #details: HTMLDetailsElement;
  #whenMade: ((made: echarts.ECharts) => void)[] = [];

  constructor(options: ChartOptions) {
    this.#options = options;
    this.holder.setAttribute("role", "img");
    this.holder.setAttribute("aria-label", `${options.title}. ${options.description} The table below has the figures.`);
    if (options.minimumWidth) this.holder.style.minWidth = `${options.minimumWidth}px`;
    this.#details = element("details", { class: "figures" }, element("summary", {}, `Table: ${options.title}`));
    this.#details.addEventListener("toggle", () => {
      if (this.#details.open && !this.#table) this.#fillTable();
    });
    const scroller = element("div", { class: "chart-scroller" }, this.holder);
    if (options.minimumWidth) {
      scroller.setAttribute("tabindex", "0");
      scroller.setAttribute("role", "region");
      scroller.setAttribute("aria-label", `${options.title}, chart`);
    }
    this.root = element(
      "figure",
      { class: "chart-figure" },
      element("figcaption", {}, element("h3", {}, options.title), options.note ? element("p", { class: "note" }, options.note) : null),
      options.controls ?? null,
      scroller,
      this.#details,
    );
    all.push(this);
    observer.observe(this.holder);
    resizes.observe(this.holder);
  }

  /** Calls `act` once the chart is there, to listen to it. */
  whenMade(act: (made: echarts.ECharts) => void): void {
    if (this.#made) act(this.#made);
    else this.#whenMade.push(act);
  }

  /** Draws for the first time; nothing when the chart is there already. */
  draw(): void {
    if (this.#made || this.holder.clientWidth === 0) return;
    this.#fit();
    this.#made = echarts.init(this.holder, null, { renderer: "svg" });
    // The figure has a name and a table; what is inside would only be noise.
    this.holder.firstElementChild?.setAttribute("aria-hidden", "true");
    this.update();
    performance.mark("copydesk-first-chart");
    for (const act of this.#whenMade) act(this.#made);
  }

  /** Draws again, after a change of data or colours; also the table, when it is open. */
  update(): void {
    if (this.#table) this.#fillTable();
    if (!this.#made) return;
    const look = colors();
    const option = this.#options.draw(look, this.holder.clientWidth);
    this.#made.setOption(
      {
        animation: false,
        textStyle: { fontFamily: look.font, color: look.ink, fontSize: 12 },
        ...option,
        tooltip: {
          renderMode: "richText",
          confine: true,
          backgroundColor: look.surface,
          borderColor: look.line,
          borderWidth: 1,
          padding: [8, 10],
          textStyle: { color: look.ink, fontFamily: look.font, fontSize: 12, lineHeight: 18 },
          extraCssText: "",
          ...(option["tooltip"] as object | undefined),
        },
      },
      { notMerge: true },
    );
  }

  /** Fits the chart to its place; nothing before it is drawn. */
  resize(): void {
    if (!this.#made) return;
    const before = this.#size;
    this.#fit();
    if (this.#size === before) return;
    this.#made.resize();
    this.update();
  }

  /** Puts what is drawn on the screen at once, for a printer that does not wait. */
  flush(): void {
    this.draw();
    this.resize();
    this.update();
    this.#made?.getZr().flush();
  }

  #fit(): void {
    const width = this.holder.clientWidth;
    const { height } = this.#options;
    const pixels = typeof height === "number" ? height : height(width);
    this.holder.style.height = `${pixels}px`;
    this.#size = `${width} ${pixels}`;
  }

  #fillTable(): void {
    const table = new DataTable({ hideCaption: true, ...this.#options.table() });
    this.#table?.root.remove();
    this.#table = table;
    this.#details.append(table.root);
  }
}

/** Draws every chart that is there again. */
export function updateCharts(): void {
  for (const chart of all) chart.update();
}

/** Draws every chart, seen or not, in the size that it has now. */
export function flushCharts(): void {
  for (const chart of all) chart.flush();
}
