// The head of the page: what this is, in one sentence and six figures.
import { element, paragraph } from "../dom";
import { compact, count, counted, longDay, share } from "../format";
import type { ReportData } from "../data";

/** Fills the head. */
export function fillHead(head: HTMLElement, data: ReportData, scheme: HTMLElement): void {
  const { counts, dataset, sources, languages } = data;
  const name = dataset.name ?? "News dataset";
  document.title = `${name}, report`;
  const known = counts.sources - (sources.id.includes("unknown") ? 1 : 0);
  const languageCount = languages.top.filter((language) => language.code !== "und").length + languages.others;
  const period =
    counts.first_day === null || counts.last_day === null
      ? "none of them dated to the day"
      : counts.first_day === counts.last_day
        ? longDay(counts.first_day)
        : `${longDay(counts.first_day)} to ${longDay(counts.last_day)}`;
  const sentence =
    counts.articles === 0
      ? `No article: all ${counted(counts.records, "record")} were rejected or removed.`
      : `${counted(counts.articles, "article")} from ${known === 0 ? "unknown sources" : counted(known, "source")}, ${period}.`;
  const facts: [string, string, string][] = [
    ["Articles", count(counts.articles), `of ${counted(counts.records, "raw record")}`],
    ["Words", compact(counts.words), `${count(counts.words)} in all`],
    ["Dated to the day", share(counts.dated, counts.articles), `${count(counts.dated)} of ${counted(counts.articles, "article")}`],
    ["Languages", count(languageCount), languages.top.filter((language) => language.code !== "und").slice(0, 3).map((language) => language.code).join(", ") || "none known"],
    ["Removed as copies", count(counts.duplicates), share(counts.duplicates, counts.records) + " of the records"],
    ["Rejected", count(counts.rejected), share(counts.rejected, counts.records) + " of the records"],
  ];
  head.append(
    element("div", { class: "kicker" }, element("p", {}, `Dataset report · version ${dataset.dataset_version}`), scheme),
    element("h1", { dir: "auto" }, name),
    element("p", { class: "summary" }, sentence),
    dataset.description === null ? "" : paragraph(dataset.description),
    element(
      "dl",
      { class: "key-figures" },
      ...facts.map(([term, value, detail]) =>
        element("div", {}, element("dt", {}, term), element("dd", {}, value), element("dd", { class: "detail" }, detail)),
      ),
    ),
  );
}
