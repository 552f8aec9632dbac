// The page: reads its data, makes its sections one by one, and says when it can be used.
import { flushCharts, updateCharts } from "./chart";
import { sourceNames, type Context } from "./context";
import type { ReportData } from "./data";
import { element } from "./dom";
import { Filter } from "./filter";
import { auditSection } from "./sections/audit";
import { clustersSection } from "./sections/clusters";
import { datesSection } from "./sections/dates";
import { flowSection } from "./sections/flow";
import { fillHead } from "./sections/head";
import { factsSection, loadSection } from "./sections/load";
import { qualitySection } from "./sections/quality";
import { rightsSection } from "./sections/rights";
import { sourcesSection } from "./sections/sources";
import { textsSection } from "./sections/texts";
import { timeSection } from "./sections/time";
import { printLight, schemeButton } from "./theme";

interface TrustedTypes {
  createPolicy(name: string, rules: { createHTML: (text: string) => string }): unknown;
}
// The chart library empties elements by `innerHTML = ""`; no other HTML is ever parsed.
(window as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("default", {
  createHTML(text) {
    if (text === "") return text;
    throw new TypeError("this page parses no HTML");
  },
});

const FORMAT = 1;

function start(): void {
  const data = JSON.parse(document.getElementById("data")!.textContent!) as ReportData;
  if (data.format !== FORMAT) throw new Error(`expected data of format ${FORMAT}, but found ${String(data.format)}`);
  const context: Context = { data, filter: new Filter(data.counts.first_day, data.counts.last_day), source: sourceNames(data) };
  fillHead(document.getElementById("top")!, data, schemeButton(updateCharts));
  const main = document.getElementById("main")!;
  const contents = element("ol");
  document.getElementById("contents")!.append(contents);
  const makers = [
    timeSection,
    sourcesSection,
    textsSection,
    datesSection,
    flowSection,
    clustersSection,
    qualitySection,
    auditSection,
    rightsSection,
    loadSection,
    factsSection,
  ];
  for (const make of makers) {
    const made = make(context);
    main.append(made.root);
    contents.append(element("li", {}, element("a", { href: `#${made.id}` }, made.title)));
  }
  printLight(flushCharts);
  performance.mark("copydesk-ready");
  document.documentElement.dataset["ready"] = "";
}

try {
  start();
} catch (error) {
  const main = document.getElementById("main")!;
  main.append(element("p", { role: "alert" }, `This report cannot be shown: ${String(error)}`));
  throw error;
}
