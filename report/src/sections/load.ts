// How to load it, and what identifies it.
import type { Context } from "../context";
import { at, element } from "../dom";
import { bytes, count, counted } from "../format";
import { DataTable } from "../table";
import { section, type Section } from "./section";

const WAYS: readonly (readonly [string, string])[] = [
  ["pandas", 'import glob\nimport pandas as pd\n\nfiles = sorted(glob.glob("data/articles-*.parquet"))\narticles = pd.concat([pd.read_parquet(file) for file in files], ignore_index=True)'],
  ["Polars", 'import polars as pl\n\narticles = pl.scan_parquet("data/articles-*.parquet")'],
  ["DuckDB", "SELECT source_id, count(*) FROM 'data/articles-*.parquet' GROUP BY ALL;\n\n-- one row a story\nSELECT * FROM 'data/articles-*.parquet' WHERE is_representative;\n\n-- what was removed, and why\nSELECT fate, reason, relation, count(*) FROM 'tables/records-*.parquet' GROUP BY ALL;"],
  ["R", 'library(arrow)\n\narticles <- open_dataset(Sys.glob("data/articles-*.parquet")) |> dplyr::collect()'],
  ["Hugging Face datasets", 'from datasets import load_dataset\n\narticles = load_dataset("parquet", data_files="data/articles-*.parquet", split="train")'],
];

export function loadSection(): Section {
  return section(
    "load",
    "How to load it",
    "Name the files, not the folder. Paths are relative to the folder of this page.",
    ...WAYS.map(([name, code]) =>
      element("div", { class: "block" }, element("h3", {}, name), element("pre", { tabindex: 0, role: "region", "aria-label": `Code for ${name}` }, element("code", {}, code))),
    ),
  );
}

export function factsSection({ data }: Context): Section {
  const { dataset, input, files, splits, counts } = data;
  const formats = input.files.map((entry) => `${count(entry.count)} ${entry.code}`).join(", ");
  const passed = [
    [input.sidecars, "sidecar", "sidecars"],
    [input.symlinks, "symbolic link not followed", "symbolic links not followed"],
    [input.hidden, "hidden file passed over", "hidden files passed over"],
    [input.special, "socket, pipe or device passed over", "sockets, pipes and devices passed over"],
  ] as const;
  const facts: [string, string | Node][] = [
    ["Dataset version", code(dataset.dataset_version)],
    ["Digest of the articles", code(dataset.dataset_sha256)],
    ["Digest of the configuration", code(dataset.config_sha256)],
    ["copydesk", dataset.tool_version],
    ["Schema, duplicate rules", `${dataset.schema_version}, ${dataset.rule_version}`],
    ["Raw files", formats || "none"],
    ["Beside them", passed.filter(([n]) => n > 0).map(([n, one, many]) => counted(n, one, many)).join(", ") || "nothing"],
    ["Size of the texts", `${counted(counts.words, "word")}, ${counted(counts.characters, "character")}`],
    ["Splits", splits === null ? "none" : `${splits.rows.map((row) => `${row.code} ${count(row.count)}`).join(", ")} (${splits.rule})`],
    ["Cite as", dataset.citation ?? "the configuration gives no citation; name the dataset version and the digest of the articles"],
  ];
  const table = new DataTable({
    caption: "Files",
    hideCaption: true,
    rows: files.length,
    pageSize: 15,
    columns: [
      { name: "File", cell: (row) => element("code", {}, at(files, row).path), key: (row) => at(files, row).path },
      { name: "Size", numeric: true, cell: (row) => bytes(at(files, row).bytes), key: (row) => at(files, row).bytes },
      { name: "Rows", numeric: true, cell: (row) => (at(files, row).rows === null ? "–" : count(at(files, row).rows!)), key: (row) => at(files, row).rows },
      { name: "SHA-256", cell: (row) => element("code", { class: "digest" }, at(files, row).sha256.replace(/^sha256:/, "")) },
    ],
  });
  return section(
    "facts",
    "What identifies it",
    "The same raw files and the same configuration give the same digests. Times, threads and memory of the run are in run.json.",
    element("dl", { class: "terms" }, ...facts.flatMap(([term, value]) => [element("dt", {}, term), element("dd", {}, value)])),
    element("div", { class: "block" }, element("h3", {}, "Files"), table.root),
  );
}

const code = (text: string) => element("code", {}, text);
