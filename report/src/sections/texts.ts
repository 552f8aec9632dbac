// Languages and lengths.
import { Chart, type Option } from "../chart";
import { bars } from "../charts";
import { places, type Context } from "../context";
import { at } from "../dom";
import { count, counted, share } from "../format";
import { pair, section, type Section } from "./section";

const NAMES = new Intl.DisplayNames("en", { type: "language", fallback: "code" });

/** "German (de)"; `und` is said in words. */
export function languageName(code: string): string {
  if (code === "und") return "not known";
  try {
    const name = NAMES.of(code);
    return name && name !== code ? `${name} (${code})` : code;
  } catch {
    return code;
  }
}

export function textsSection({ data }: Context): Section {
  const { languages, counts } = data;
  if (counts.articles === 0) return section("texts", "What language, how long", "There is no article.");
  const lead = `${languageSentence(data)} ${lengthSentence(data)}`;
  const shown = languages.top.slice(0, 12);
  const rest = languages.top.slice(12);
  const others = rest.length + languages.others;
  const names = shown.map((language) => languageName(language.code));
  const values = shown.map((language) => language.count);
  if (others > 0) {
    names.push(`${others} others`);
    values.push(languages.others_articles + rest.reduce((sum, language) => sum + language.count, 0));
  }
  const evidence = languages.evidence.map((entry) => `${entry.code} ${share(entry.count, counts.articles)}`).join(", ");
  const languageBars = bars({
    title: "Languages",
    description: `Bars of ${counted(names.length, "language")} or groups of languages.`,
    note: `How they were told: ${evidence}.`,
    category: "Language",
    unit: "articles",
    names,
    values,
    whole: counts.articles,
  });
  return section("texts", "What language, how long", lead, pair(languageBars.root, lengthChart(data)));
}

function languageSentence({ languages, counts }: Context["data"]): string {
  const first = languages.top[0]!;
  const all = first.count === counts.articles;
  if (first.code === "und") return all ? "No language is known." : `The language of ${share(first.count, counts.articles)} of the articles is not known.`;
  return `${all ? "Everything is" : `${share(first.count, counts.articles)} of the articles are`} in ${languageName(first.code)}.`;
}

function lengthSentence({ lengths, counts }: Context["data"]): string {
  const [least, low, , median, , high, most] = lengths.quantiles!.map(count);
  if (counts.articles === 1) return `The article has ${median} words.`;
  return `The middle article has ${median} words, nine of ten have ${low} to ${high}, the shortest has ${least}, the longest ${most}.`;
}

function lengthChart({ lengths, counts }: Context["data"]): HTMLElement {
  const used = places(lengths.counts.length).filter((bin) => at(lengths.counts, bin) > 0);
  const shown = places(lengths.counts.length).slice(used[0], at(used, used.length - 1) + 1);
  const next = (bin: number) => lengths.edges[bin + 1] as number | undefined;
  const name = (bin: number) => {
    const end = next(bin);
    return end === undefined ? `${count(at(lengths.edges, bin))} and more` : `${count(at(lengths.edges, bin))} to ${count(end - 1)}`;
  };
  return new Chart({
    title: "Lengths",
    description: `Bars of articles by their number of words, from ${name(at(shown, 0))} to ${name(at(shown, shown.length - 1))} words.`,
    note: "Each step is about one and a half times as long as the one before. Words are those of Unicode (UAX #29) with a letter or digit.",
    height: 46 + 26 * Math.max(9, Math.min(14, shown.length)),
    draw: (look): Option => ({
      grid: { left: 4, right: 8, top: 28, bottom: 26, containLabel: true },
      xAxis: {
        type: "category",
        data: shown.map((bin) => (next(bin) === undefined ? `≥ ${count(at(lengths.edges, bin))}` : count(at(lengths.edges, bin)))),
        name: "words, from",
        nameLocation: "middle",
        nameGap: 28,
        nameTextStyle: { color: look.muted },
        axisLabel: { color: look.muted, hideOverlap: true },
        axisTick: { alignWithLabel: false },
        axisLine: { lineStyle: { color: look.muted } },
      },
      yAxis: {
        type: "value",
        name: "articles",
        minInterval: 1,
        nameTextStyle: { color: look.muted, align: "left", padding: [0, 0, 0, -24] },
        axisLabel: { color: look.muted, formatter: (value: number) => count(value) },
        splitLine: { lineStyle: { color: look.line } },
      },
      tooltip: {
        formatter: (item: { dataIndex: number }) => {
          const bin = at(shown, item.dataIndex);
          return `${name(bin)} words: ${counted(at(lengths.counts, bin), "article")}, ${share(at(lengths.counts, bin), counts.articles)}`;
        },
      },
      series: [{ type: "bar", barCategoryGap: "6%", barMaxWidth: 60, color: look.accent, data: shown.map((bin) => at(lengths.counts, bin)) }],
    }),
    table: () => ({
      caption: "Articles by words",
      rows: shown.length,
      columns: [
        { name: "Words", cell: (row) => name(at(shown, row)), key: (row) => row },
        { name: "Articles", numeric: true, cell: (row) => count(at(lengths.counts, at(shown, row))), key: (row) => at(lengths.counts, at(shown, row)) },
        { name: "Share", numeric: true, cell: (row) => share(at(lengths.counts, at(shown, row)), counts.articles) },
      ],
    }),
  }).root;
}
