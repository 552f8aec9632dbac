// How dates are known: precision and evidence by source, conflicts, and candidates that were refused.
import { shares } from "../charts";
import { places, type Context } from "../context";
import { at, element, sum } from "../dom";
import { count, counted, share, words } from "../format";
import { DataTable } from "../table";
import type { Colors } from "../theme";
import { pair, section, type Section } from "./section";

const MOST_ROWS = 15;
const MOST_PARTS = 8;

export function datesSection({ data, source }: Context): Section {
  const { dates, sources, counts } = data;
  if (counts.articles === 0) return section("dates", "How dates are known", "There is no article.");
  const conflicts = sum(sources.conflicts);
  const lead =
    `${share(counts.dated, counts.articles)} of the articles are dated to the day or better, ${share(counts.undated, counts.articles)} have no date. ` +
    (conflicts > 0
      ? `In ${counted(conflicts, "article")} (${share(conflicts, counts.articles)}) two kinds of evidence differ by more than a day.`
      : "In no article do two kinds of evidence differ by more than a day.");
  const order = places(sources.id.length)
    .filter((index) => at(sources.articles, index) > 0)
    .sort((one, other) => at(sources.articles, other) - at(sources.articles, one) || one - other)
    .slice(0, MOST_ROWS);
  const values = (cells: number[][], parts: number) => {
    const rows = [new Array<number>(parts).fill(0), ...order.map(() => new Array<number>(parts).fill(0))];
    for (const [index, code, n] of cells as [number, number, number][]) {
      const part = Math.min(code, parts - 1);
      rows[0]![part]! += n;
      const row = order.indexOf(index);
      if (row >= 0) rows[row + 1]![part]! += n;
    }
    return rows;
  };
  const rows = ["All sources", ...order.map(source)];
  const shade: Record<string, (look: Colors) => string> = {
    second: (look) => at(look.ramp, 4),
    minute: (look) => at(look.ramp, 3),
    day: (look) => at(look.ramp, 2),
    month: (look) => at(look.ramp, 1),
    year: (look) => at(look.ramp, 0),
    none: (look) => look.gap,
  };
  const few = dates.evidence.codes.length > MOST_PARTS ? dates.evidence.codes.slice(0, MOST_PARTS - 1) : dates.evidence.codes;
  const evidence = few.map((code, place) => ({
    name: words(code),
    color: (look: Colors) => (code === "none" ? look.gap : at(look.series, place)),
  }));
  if (few.length < dates.evidence.codes.length) evidence.push({ name: "others", color: (look) => look.other });
  const note = order.length < sources.id.length ? `The ${count(order.length)} sources with the most articles.` : "";
  return section(
    "dates",
    "How dates are known",
    lead,
    pair(
      shares({
        title: "Precision by source",
        description: "Bars of 100 % by how much of a date is stated.",
        note: `How much of the date an article states. ${note}`,
        rows,
        parts: dates.precision.codes.map((code) => ({ name: code, color: at([shade[code] ?? ((look: Colors) => look.other)], 0) })),
        values: values(dates.precision.cells, dates.precision.codes.length),
      }).root,
      shares({
        title: "Evidence by source",
        description: "Bars of 100 % by where the date was found.",
        note: `Where the accepted date was found. ${note}`,
        rows,
        parts: evidence,
        values: values(dates.evidence.cells, evidence.length),
      }).root,
    ),
    pair(conflictTable({ data, source }), candidateTables(data)),
  );
}

function conflictTable({ data, source }: Pick<Context, "data" | "source">): HTMLElement {
  const { sources } = data;
  const order = places(sources.id.length)
    .filter((index) => at(sources.conflicts, index) > 0)
    .sort((one, other) => at(sources.conflicts, other) - at(sources.conflicts, one) || one - other);
  const index = (row: number) => at(order, row);
  const table = new DataTable({
    caption: "Conflicting dates by source",
    hideCaption: true,
    rows: order.length,
    pageSize: 8,
    empty: "No article has conflicting dates.",
    columns: [
      { name: "Source", cell: (row) => source(index(row)), key: (row) => source(index(row)) },
      { name: "Conflicts", numeric: true, cell: (row) => count(at(sources.conflicts, index(row))), key: (row) => at(sources.conflicts, index(row)) },
      { name: "Of its articles", numeric: true, cell: (row) => share(at(sources.conflicts, index(row)), at(sources.articles, index(row))), key: (row) => at(sources.conflicts, index(row)) / at(sources.articles, index(row)) },
    ],
  });
  return element(
    "div",
    { class: "block" },
    element("h3", {}, "Conflicting dates"),
    element("p", { class: "note" }, "Articles whose kinds of evidence differ by more than a day; the column date_conflict marks them."),
    table.root,
  );
}

function candidateTables({ dates }: Context["data"]): HTMLElement {
  const { candidates, refused } = dates;
  const kinds = new DataTable({
    caption: "Dates seen and taken, by kind",
    hideCaption: true,
    rows: candidates.length,
    pageSize: 8,
    empty: "No date was seen.",
    columns: [
      { name: "Kind", cell: (row) => words(at(candidates, row).kind), key: (row) => at(candidates, row).kind },
      { name: "Seen", numeric: true, cell: (row) => count(at(candidates, row).seen), key: (row) => at(candidates, row).seen },
      { name: "Taken", numeric: true, cell: (row) => count(at(candidates, row).accepted), key: (row) => at(candidates, row).accepted },
    ],
  });
  const reasons = refused.slice(0, 6).map((entry) => `${words(entry.code)} ${count(entry.count)}`).join(", ");
  return element(
    "div",
    { class: "block" },
    element("h3", {}, "Dates seen"),
    element("p", { class: "note" }, `Every date of publication that was seen, and how many were taken.${reasons ? ` Not taken because: ${reasons}.` : ""}`),
    kinds.root,
  );
}
