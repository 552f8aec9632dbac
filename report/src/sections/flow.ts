// What was removed and why: the way of the raw records, and every reason with samples.
import { Chart, type Option } from "../chart";
import type { Context } from "../context";
import { at, element, marked, sum } from "../dom";
import { count, counted, share, words } from "../format";
import { DataTable } from "../table";
import type { Colors } from "../theme";
import { section, type Section } from "./section";

type Tone = "article" | "copy" | "rejected" | "all";
interface Node {
  name: string;
  label: string;
  value: number;
  tone: Tone;
  depth: number;
}
interface Link {
  source: string;
  target: string;
  value: number;
}

export const RELATIONS: Record<string, string> = {
  unique: "without a copy",
  representative: "stand for a cluster",
  same_record: "the same record again",
  exact_raw: "same bytes",
  exact_text: "same text",
  exact_key: "same letters and digits",
  near_copy: "nearly the same text",
  wire_copy: "in another source",
  contained: "stand in a longer text",
  revision: "revisions",
};

/** A relation in words. */
export const relationName = (code: string): string => RELATIONS[code] ?? words(code);

export function flowSection({ data }: Context): Section {
  const { counts } = data;
  const lead =
    counts.duplicates + counts.rejected + counts.taken_down === 0
      ? `Nothing: each of the ${counted(counts.records, "record")} is an article.`
      : `Of ${counted(counts.records, "raw record")}, ${count(counts.articles)} (${share(counts.articles, counts.records)}) are articles, ${count(counts.duplicates)} were removed as copies, ${count(counts.rejected)} were rejected${counts.taken_down > 0 ? `, ${count(counts.taken_down)} were taken down` : ""}. Each has a row in the table records.`;
  return section("flow", "What was removed and why", lead, counts.records > 0 ? flowChart(data) : null, stageTable(data), rejections(data));
}

function graph(data: Context["data"]): { nodes: Node[]; links: Link[] } {
  const { counts, fates } = data;
  const nodes: Node[] = [{ name: "records", label: "raw records", value: counts.records, tone: "all", depth: 0 }];
  const links: Link[] = [];
  const add = (parent: string, name: string, label: string, value: number, tone: Tone, depth: number) => {
    if (value === 0) return;
    nodes.push({ name, label, value, tone, depth });
    links.push({ source: parent, target: name, value });
  };
  add("records", "articles", "articles", counts.articles, "article", 1);
  add("records", "duplicates", "removed copies", counts.duplicates, "copy", 1);
  add("records", "rejected", "rejected", counts.rejected, "rejected", 1);
  add("records", "taken-down", "taken down", counts.taken_down, "rejected", 1);
  for (const { code, count } of fates.articles) {
    const kept = code === "unique" || code === "representative";
    add("articles", `a ${code}`, kept ? relationName(code) : `kept copies: ${relationName(code)}`, count, kept ? "article" : "copy", 2);
  }
  for (const { code, count } of fates.duplicates) add("duplicates", `d ${code}`, `removed copies: ${relationName(code)}`, count, "copy", 2);
  const shown = data.rejections.slice(0, 8);
  for (const { stage, reason, count } of shown) add("rejected", `r ${stage} ${reason}`, `${words(reason)} (${stage})`, count, "rejected", 2);
  const rest = data.rejections.slice(8);
  add("rejected", "r", `${rest.length} further reasons`, sum(rest.map((entry) => entry.count)), "rejected", 2);
  return { nodes, links };
}

function flowChart(data: Context["data"]): HTMLElement {
  const { nodes, links } = graph(data);
  const label = new Map(nodes.map((node) => [node.name, node.label]));
  const tone = (look: Colors, tone: Tone) => ({ all: look.muted, article: look.accent, copy: look.warn, rejected: look.bad })[tone];
  const leaves = nodes.filter((node) => node.depth === 2).length;
  const total = data.counts.records;
  return new Chart({
    title: "From raw records to articles",
    description: nodes.slice(1).map((node) => `${count(node.value)} ${node.label}`).join(", ") + ".",
    note: "The width of a band is its number of records. Kept copies stay in the dataset, marked; removed copies do not.",
    height: Math.max(220, 40 + 34 * leaves),
    minimumWidth: 640,
    draw: (look, width): Option => ({
      tooltip: {
        formatter: (item: { dataType: string; name: string; value: number; data: Link }) =>
          item.dataType === "edge"
            ? `${label.get(item.data.source)} → ${label.get(item.data.target)}\n${counted(item.data.value, "record")}, ${share(item.data.value, total)}`
            : `${label.get(item.name)}: ${counted(item.value, "record")}, ${share(item.value, total)}`,
      },
      series: [
        {
          type: "sankey",
          left: 4,
          top: 8,
          bottom: 8,
          right: Math.min(300, width * 0.36),
          nodeWidth: 12,
          nodeGap: 16,
          draggable: false,
          layoutIterations: 0,
          emphasis: { focus: "adjacency" },
          lineStyle: { color: "target", opacity: 0.28, curveness: 0.5 },
          label: {
            color: look.ink,
            fontSize: 12,
            formatter: (item: { name: string; value: number }) => `${label.get(item.name)}  ${count(item.value)}`,
          },
          data: nodes.map((node) => ({
            name: node.name,
            value: node.value,
            depth: node.depth,
            itemStyle: { color: tone(look, node.tone), borderWidth: 0 },
            label: { position: "right" },
          })),
          links,
        },
      ],
    }),
    table: () => ({
      caption: "From raw records to articles",
      rows: links.length,
      columns: [
        { name: "From", cell: (row) => label.get(at(links, row).source)! },
        { name: "To", cell: (row) => label.get(at(links, row).target)! },
        { name: "Records", numeric: true, cell: (row) => count(at(links, row).value), key: (row) => at(links, row).value },
        { name: "Of all records", numeric: true, cell: (row) => share(at(links, row).value, total) },
      ],
    }),
  }).root;
}

function stageTable({ stages, counts }: Context["data"]): HTMLElement {
  const rows = [
    ...stages.map((stage) => ({ name: stage.stage, received: stage.received, kept: stage.kept, stopped: stage.rejected, what: "rejected" })),
    { name: "dedup", received: counts.articles + counts.duplicates, kept: counts.articles, stopped: counts.duplicates, what: "copies" },
  ];
  const table = new DataTable({
    caption: "Stage by stage",
    hideCaption: true,
    rows: rows.length,
    columns: [
      { name: "Stage", cell: (row) => at(rows, row).name },
      { name: "In", numeric: true, cell: (row) => count(at(rows, row).received) },
      { name: "Kept", numeric: true, cell: (row) => count(at(rows, row).kept) },
      { name: "Stopped", numeric: true, cell: (row) => count(at(rows, row).stopped) },
      { name: "As", cell: (row) => (at(rows, row).stopped > 0 ? at(rows, row).what : "–") },
    ],
  });
  return element("div", { class: "block" }, element("h3", {}, "Stage by stage"), table.root);
}

function rejections({ rejections, counts }: Context["data"]): HTMLElement {
  const block = element("div", { class: "block" }, element("h3", {}, "Why records were rejected"));
  if (rejections.length === 0) {
    block.append(element("p", {}, "No record was rejected."));
    return block;
  }
  for (const entry of rejections) {
    const list = element(
      "ul",
      { class: "samples" },
      ...entry.samples.map((sample) =>
        element(
          "li",
          {},
          element("code", {}, `${sample.path}#${sample.index}`),
          sample.detail === null && sample.pointer === null
            ? null
            : element("span", { dir: "auto" }, [sample.pointer, sample.detail].filter((part) => part !== null).join(": ")),
        ),
      ),
    );
    block.append(
      element(
        "details",
        { class: "reason" },
        element(
          "summary",
          {},
          element("strong", {}, entry.reason),
          ` at ${entry.stage}: ${counted(entry.count, "record")}, ${share(entry.count, counts.records)} of all`,
        ),
        entry.meaning === null ? null : element("p", {}, marked(entry.meaning)),
        list,
        entry.count > entry.samples.length ? element("p", { class: "note" }, `The first ${entry.samples.length} of ${count(entry.count)}.`) : null,
      ),
    );
  }
  return block;
}
