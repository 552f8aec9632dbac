// From whom: every source with its fates and its period.
import type { Context } from "../context";
import { at, sum } from "../dom";
import { count, counted, isoDay, share } from "../format";
import { DataTable } from "../table";
import { section, type Section } from "./section";

export function sourcesSection({ data, source }: Context): Section {
  const { sources, counts } = data;
  const unknown = sources.id.indexOf("unknown");
  const lost = unknown < 0 ? 0 : at(sources.articles, unknown);
  const lead =
    `${counted(counts.sources, "source")}${sources.others > 0 ? `, of which the ${sources.id.length - 1} with the most records are listed by name` : ""}. ` +
    (counts.articles === 0 ? "" : lost > 0 ? `Of ${counted(lost, "article")} (${share(lost, counts.articles)}) the source is not known.` : "Every article has a known source.");
  const figure = (name: string, values: readonly number[]) => ({
    name,
    numeric: true,
    cell: (row: number) => count(at(values, row)),
    key: (row: number) => at(values, row),
  });
  const day = (name: string, values: readonly (number | null)[]) => ({
    name,
    nowrap: true,
    cell: (row: number) => (values[row] == null ? "–" : isoDay(values[row])),
    key: (row: number) => values[row] ?? null,
  });
  const table = new DataTable({
    caption: "Sources",
    hideCaption: true,
    rows: sources.id.length,
    pageSize: 15,
    empty: "There is no record.",
    columns: [
      { name: "Source", cell: source, key: source },
      { name: "Name", cell: (row) => sources.name[row] ?? "–", key: (row) => sources.name[row] ?? null },
      figure("Records", sources.records),
      figure("Articles", sources.articles),
      figure("Copies removed", sources.duplicates),
      figure("Rejected", sources.rejected),
      { name: "Median words", numeric: true, cell: (row) => (sources.words_median[row] == null ? "–" : count(sources.words_median[row])), key: (row) => sources.words_median[row] ?? null },
      day("First day", sources.first_day),
      day("Last day", sources.last_day),
    ],
  });
  const total = `In all: ${counted(sum(sources.records), "record")} = ${counted(counts.articles, "article")} + ${counted(counts.duplicates, "removed copy", "removed copies")} + ${count(counts.rejected)} rejected${counts.taken_down > 0 ? ` + ${count(counts.taken_down)} taken down` : ""}.`;
  const foot = document.createElement("p");
  foot.className = "note";
  foot.textContent = total;
  return section("sources", "From whom", lead, table.root, foot);
}
