// What is odd, and what is missing: quality flags and the null shares of columns.
import { bars } from "../charts";
import type { Context } from "../context";
import { at, element, marked } from "../dom";
import { count, counted, share } from "../format";
import { DataTable } from "../table";
import { section, type Section } from "./section";

export function qualitySection({ data }: Context): Section {
  const { quality, counts } = data;
  const lead =
    counts.articles === 0
      ? "There is no article."
      : quality.flagged === 0
        ? "No article has a quality flag."
        : `${counted(quality.flagged, "article")} (${share(quality.flagged, counts.articles)}) have at least one quality flag. A flag says what is odd; it removes nothing.`;
  const all = [...quality.flags, ...quality.validation.map((entry) => ({ ...entry, code: `${entry.code} (validation)` }))].slice(0, 20);
  const chart =
    all.length === 0
      ? null
      : bars({
          title: "Quality flags",
          description: `Bars of ${counted(all.length, "flag")}; an article may have several.`,
          note: "An article may have several flags.",
          category: "Flag",
          unit: "articles",
          names: all.map((entry) => entry.code),
          values: all.map((entry) => entry.count),
          whole: counts.articles,
        }).root;
  const explained = all.filter((entry) => entry.meaning !== null);
  const meanings =
    explained.length === 0
      ? null
      : element("dl", { class: "terms" }, ...explained.flatMap((entry) => [element("dt", {}, entry.code), element("dd", {}, marked(entry.meaning!))]));
  return section("quality", "What is odd, what is missing", lead, chart, meanings, columnTable(data));
}

function columnTable({ columns, counts }: Context["data"]): HTMLElement {
  const present = (row: number) => counts.articles - at(columns, row).absent;
  const meter = (row: number) => {
    const text = share(present(row), counts.articles);
    return element(
      "span",
      { class: "filled" },
      element("meter", { min: 0, max: Math.max(1, counts.articles), value: present(row), "aria-label": `${at(columns, row).name} is filled in ${text} of the articles` }),
      element("span", {}, text),
    );
  };
  const table = new DataTable({
    caption: "Columns of articles",
    hideCaption: true,
    rows: columns.length,
    pageSize: 60,
    columns: [
      { name: "Column", nowrap: true, cell: (row) => element("code", {}, at(columns, row).name), key: (row) => at(columns, row).name },
      { name: "Filled", nowrap: true, cell: meter, key: present },
      { name: "Null or empty", numeric: true, cell: (row) => count(at(columns, row).absent), key: (row) => at(columns, row).absent },
      { name: "Type", cell: (row) => at(columns, row).type },
      { name: "What it holds", cell: (row) => marked(at(columns, row).documentation) },
    ],
  });
  return element(
    "div",
    { class: "block columns-table" },
    element("h3", {}, "Columns"),
    element("p", { class: "note" }, `The ${columns.length} columns of articles, and in how many of ${counted(counts.articles, "article")} they are filled.`),
    table.root,
  );
}
