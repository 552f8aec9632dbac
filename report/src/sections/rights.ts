// May I publish it: what is known of licences, access and reservations.
import type { Context } from "../context";
import { at, element, paragraph, sum } from "../dom";
import { count, counted, share } from "../format";
import { DataTable } from "../table";
import { pair, section, type Section } from "./section";

type CodeCounts = Context["data"]["rights"]["license"];

const RELEASE: Record<string, string> = {
  "full-text": "The dataset is released with full texts.",
  "derived-only": "The dataset is released without texts: with metadata and what is computed from the texts.",
  "metadata-only": "The dataset is released with metadata only.",
  mixed: "What is released of an article depends on its source or licence.",
};

export function rightsSection({ data }: Context): Section {
  const { rights, counts } = data;
  const licensed = sum(rights.license.filter((entry) => entry.code !== "unknown").map((entry) => entry.count));
  const reserved = rights.tdm_reservation.find((entry) => entry.code === "reserved")?.count ?? 0;
  const parts = [
    rights.release === null ? "No release tier is configured; the files hold full texts." : at([RELEASE[rights.release] ?? ""], 0),
    `A licence is known for ${count(licensed)} of ${counted(counts.articles, "article")} (${share(licensed, counts.articles)}).`,
    reserved === 0
      ? "No article is known to reserve text and data mining."
      : `${counted(reserved, "article")} (${share(reserved, counts.articles)}) reserve text and data mining${rights.acknowledged === true ? "; the configuration acknowledges that their texts are included" : ""}.`,
  ];
  const authors = { keep: "Names of authors are kept.", hash: "Names of authors are replaced by hashes.", drop: "Names of authors are left out." };
  return section(
    "rights",
    "May I publish it",
    parts.join(" "),
    paragraph(
      licensed < counts.articles
        ? "An article without a known licence is protected like any other: to publish its text you need a permission or an exception of the law of your country."
        : "Publish under the terms of the licences below.",
      " This page tells what sources state; it is no legal advice.",
      rights.authors === null ? "" : ` ${authors[rights.authors]}`,
    ),
    pair(
      codeTable("Licences", "Licence", rights.license, counts.articles),
      element(
        "div",
        {},
        codeTable("Text and data mining", "Reservation", rights.tdm_reservation, counts.articles),
        codeTable("Access", "Access", rights.access, counts.articles),
      ),
    ),
  );
}

/** A headline and a table of codes with their shares. */
export function codeTable(title: string, name: string, entries: CodeCounts, whole: number): HTMLElement {
  const table = new DataTable({
    caption: title,
    hideCaption: true,
    rows: entries.length,
    pageSize: 10,
    columns: [
      { name, cell: (row) => at(entries, row).code, key: (row) => at(entries, row).code },
      { name: "Articles", numeric: true, cell: (row) => count(at(entries, row).count), key: (row) => at(entries, row).count },
      { name: "Share", numeric: true, cell: (row) => share(at(entries, row).count, whole) },
    ],
  });
  return element("div", { class: "block" }, element("h3", {}, title), table.root);
}
