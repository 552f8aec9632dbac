// Copies: every cluster in a table, two of its texts side by side, and who copies whom.
import type { Context } from "../context";
import { at, button, choice, element } from "../dom";
import { count, counted, isoDay } from "../format";
import { DataTable } from "../table";
import { Comparison } from "./comparison";
import { copiesChart } from "./copies";
import { relationName } from "./flow";
import { section, type Section } from "./section";

/** Hex digits of an id in the data. */
const ID_DIGITS = 10;

export function clustersSection(context: Context): Section {
  const { data, filter, source } = context;
  const { clusters, counts, comparisons } = data;
  const listed = clusters.size.length;
  if (listed === 0) {
    return section("clusters", "Copies", counts.articles === 0 ? "There is no article." : "No two records are copies of each other.");
  }
  const lead =
    `${counted(counts.clusters, "cluster")} of two or more records with the same or nearly the same text. The largest has ${counted(at(clusters.size, 0), "record")}. ` +
    "The first record of a cluster, by date, stands for it; nobody knows from texts alone who wrote it.";

  const sourcesOf = (row: number): readonly number[] => {
    const value = at(clusters.sources, row);
    return typeof value === "number" ? [value] : value;
  };
  const one = (index: number) => data.sources.id[index] ?? `one of ${source(index)}`;
  const digits = (row: number) => clusters.id.slice(ID_DIGITS * row, ID_DIGITS * (row + 1));
  const id = (row: number) => `art_${digits(row)}`;
  const relations = (row: number) => clusters.relations.filter((_, place) => Math.floor(at(clusters.relation_set, row) / 2 ** place) % 2 === 1);
  const period = (row: number) => {
    const first = clusters.first_day[row];
    if (first == null) return "–";
    const days = at(clusters.days, row);
    return days === 0 ? isoDay(first) : `${isoDay(first)} + ${counted(days, "day")}`;
  };
  const place = new Map(comparisons.map((comparison, index) => [comparison.cluster, index]));
  const comparison = comparisons.length > 0 ? new Comparison(context) : null;

  const sources = choice(
    "Source",
    [["", "All sources"], ...data.sources.id.map((_, index) => [String(index), source(index)] as const)],
    (value) => filter.set({ source: value === "" ? null : Number(value) }),
  );
  const reset = button("Show all", () => {
    relation.select.value = "";
    least.select.value = "2";
    search.value = "";
    filter.reset();
    show();
  });
  const relation = choice(
    "Relation",
    [["", "All relations"], ...clusters.relations.map((code, index) => [String(index), relationName(code)] as const)],
    () => show(),
  );
  const least = choice("Records", [["2", "2 or more"], ["3", "3 or more"], ["5", "5 or more"], ["10", "10 or more"]], () => show());
  const search = element("input", { type: "search", placeholder: "words of the title, or an id" });
  search.addEventListener("input", () => show());
  const status = element("p", { class: "filter-status", role: "status" });

  const table = new DataTable({
    caption: "Clusters of copies",
    hideCaption: true,
    rows: listed,
    pageSize: 15,
    empty: "No cluster fits the filter.",
    columns: [
      {
        name: "First record",
        cell: (row) => {
          const title = clusters.title[row];
          return element("span", { class: "cluster-name" }, title ? element("span", { dir: "auto" }, title) : null, element("code", {}, `${id(row)}…`));
        },
      },
      { name: "Records", numeric: true, cell: (row) => count(at(clusters.size, row)), key: (row) => at(clusters.size, row) },
      { name: "First day, and span", nowrap: true, cell: period, key: (row) => clusters.first_day[row] ?? null },
      {
        name: "Source of the first, others",
        cell: (row) => {
          const [own, ...others] = sourcesOf(row);
          const names = others.length <= 2 ? others.map(one).join(", ") : `${count(others.length)} others`;
          return others.length === 0 ? one(own!) : `${one(own!)}, ${names}`;
        },
        key: (row) => sourcesOf(row).length,
      },
      { name: "Relations", cell: (row) => relations(row).map(relationName).join(", ") },
      ...(comparison
        ? [
            {
              name: "Texts",
              nowrap: true,
              cell: (row: number) => {
                const index = place.get(row);
                return index === undefined ? "–" : button("Compare", () => comparison.show(index, true), { "aria-label": `Compare texts of ${clusters.title[row] || id(row)}` });
              },
            },
          ]
        : []),
    ],
  });

  function show(): void {
    const { source: chosen, period } = filter.selection;
    const wanted = relation.select.value === "" ? null : 2 ** Number(relation.select.value);
    const most = Number(least.select.value);
    const text = search.value.trim().toLowerCase();
    const part = text.replace(/^art_/, "");
    const anyPeriod = !period || (period.from === filter.whole?.from && period.to === filter.whole.to);
    sources.select.value = chosen === null ? "" : String(chosen);
    const rows: number[] = [];
    for (let row = 0; row < listed; row++) {
      if (clusters.size[row]! < most) continue;
      if (wanted !== null && Math.floor(clusters.relation_set[row]! / wanted) % 2 === 0) continue;
      if (chosen !== null && !sourcesOf(row).includes(chosen)) continue;
      if (!anyPeriod) {
        const first = clusters.first_day[row];
        if (first == null || first > period.to || first + clusters.days[row]! < period.from) continue;
      }
      if (text !== "" && !(clusters.title[row] ?? "").toLowerCase().includes(text) && !digits(row).startsWith(part.slice(0, ID_DIGITS))) continue;
      rows.push(row);
    }
    table.show(Uint32Array.from(rows));
    const when = anyPeriod ? "" : `, with a date from ${isoDay(period.from)} to ${isoDay(period.to)}`;
    status.textContent = `${counted(rows.length, "cluster")} of ${count(listed)}${when}`;
  }
  filter.listen(show);
  show();

  const notes = [
    listed < counts.clusters ? `The ${count(listed)} largest of ${count(counts.clusters)} clusters are listed.` : "",
    clusters.title.length < listed ? `Titles are here for the ${count(clusters.title.length)} largest.` : "",
    "An id is enough to find the members: SELECT * FROM articles WHERE cluster_id LIKE 'art_…%'.",
  ];
  return section(
    "clusters",
    "Copies",
    lead,
    copiesChart(context),
    element(
      "div",
      { class: "block" },
      element("h3", {}, "Clusters"),
      element("p", { class: "note" }, notes.filter((note) => note !== "").join(" ")),
      element(
        "div",
        { class: "controls", role: "group", "aria-label": "Filter clusters" },
        sources.label,
        relation.label,
        least.label,
        element("label", {}, element("span", {}, "Find"), search),
        reset,
        status,
      ),
      table.root,
    ),
    comparison?.root ?? element("p", { class: "note" }, withheld(data)),
  );
}

function withheld({ rights }: Context["data"]): string {
  return rights.release === "derived-only" || rights.release === "metadata-only"
    ? "Texts are not compared here, because the release tier of this dataset gives no texts away."
    : "No cluster has two records in the dataset, so there are no two texts to compare.";
}
