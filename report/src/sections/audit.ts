// How wrong it is: measured error rates, or that there are none.
import type { Context } from "../context";
import { at, element, paragraph } from "../dom";
import { count, counted, words } from "../format";
import { DataTable } from "../table";
import { section, type Section } from "./section";

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

export function auditSection({ data }: Context): Section {
  const { audit } = data;
  if (audit === null) {
    return section(
      "audit",
      "How wrong it is",
      "Nobody has measured it.",
      paragraph(
        "Bodies, dates, sources, languages and copies were found by rules, and rules make mistakes. No person has compared a sample of this dataset with its raw files, so no error rate can be given. ",
        element("code", {}, "copydesk audit"),
        " draws such a sample and puts the measured rates here.",
      ),
    );
  }
  const { rates } = audit;
  const confidence = `${Number((100 * audit.confidence).toFixed(1))} %`;
  const table = new DataTable({
    caption: "Measured error rates",
    hideCaption: true,
    rows: rates.length,
    empty: "Nothing was marked.",
    columns: [
      { name: "What", cell: (row) => words(at(rates, row).question), key: (row) => at(rates, row).question },
      { name: "Where", cell: (row) => at(rates, row).stratum ?? "whole dataset", key: (row) => at(rates, row).stratum ?? "" },
      { name: "Checked", numeric: true, cell: (row) => count(at(rates, row).checked), key: (row) => at(rates, row).checked },
      { name: "Wrong", numeric: true, cell: (row) => count(at(rates, row).wrong), key: (row) => at(rates, row).wrong },
      { name: "Error rate", numeric: true, cell: (row) => percent(at(rates, row).rate), key: (row) => at(rates, row).rate },
      { name: `${confidence} interval`, numeric: true, cell: (row) => `${percent(at(rates, row).low)} to ${percent(at(rates, row).high)}`, key: (row) => at(rates, row).high },
    ],
  });
  return section(
    "audit",
    "How wrong it is",
    `A person compared ${count(audit.marked)} of ${counted(audit.drawn, "drawn record")} with their raw files.`,
    paragraph(audit.method),
    table.root,
  );
}
