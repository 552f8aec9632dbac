// Reports of invented datasets at the edges: nothing in them, one of everything, hostile texts, and as much as there can be.

const DAY = 20_000; // 2024-10-04

/** Data of a dataset without any record. */
export function empty() {
  return {
    format: 1,
    dataset: {
      name: null,
      description: null,
      dataset_version: "0.1.0+000000000000",
      tool_version: "0.1.0",
      schema_version: "1.0.0",
      rule_version: "dedup-1",
      config_sha256: `sha256:${"0".repeat(64)}`,
      dataset_sha256: `sha256:${"0".repeat(64)}`,
      citation: null,
    },
    counts: { records: 0, articles: 0, duplicates: 0, rejected: 0, taken_down: 0, sources: 0, clusters: 0, words: 0, characters: 0, dated: 0, coarse: 0, undated: 0, first_day: null, last_day: null },
    input: { files: [], sidecars: 0, symlinks: 0, hidden: 0, special: 0 },
    stages: ["ingest", "normalize", "attach", "fingerprint", "validate"].map((stage) => ({ stage, received: 0, kept: 0, rejected: 0 })),
    fates: { articles: [], duplicates: [] },
    sources: { id: [], name: [], others: 0, records: [], articles: [], duplicates: [], rejected: [], dated: [], conflicts: [], words_median: [], first_day: [], last_day: [] },
    time: null,
    calendar: null,
    gaps: [],
    languages: { top: [], others: 0, others_articles: 0, evidence: [] },
    lengths: { edges: [0, 10, 15, 20, 30, 50, 70, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10000], counts: new Array(20).fill(0), quantiles: null },
    dates: { precision: { codes: ["second", "minute", "day", "month", "year", "none"], cells: [] }, evidence: { codes: [], cells: [] }, candidates: [], refused: [] },
    rejections: [],
    clusters: { relations: [], id: "", size: [], first_day: [], days: [], sources: [], relation_set: [], title: [] },
    comparisons: [],
    copies: { relations: [], cells: [] },
    quality: { flagged: 0, flags: [], validation: [] },
    columns: [{ group: "identity", name: "id", type: "text", nullable: false, absent: 0, documentation: "An id made from `raw_sha256`." }],
    rights: { release: null, authors: null, acknowledged: null, license: [], access: [], tdm_reservation: [] },
    audit: null,
    splits: null,
    files: [{ path: "manifest.json", bytes: 0, rows: null, sha256: `sha256:${"0".repeat(64)}` }],
  };
}

/** Adds the columns of one source. */
function addSource(data, id, { records = 0, articles = 0, duplicates = 0, rejected = 0, dated = 0, conflicts = 0, words = null, first = null, last = null }) {
  const { sources } = data;
  sources.id.push(id);
  sources.name.push(null);
  for (const [key, value] of Object.entries({ records, articles, duplicates, rejected, dated, conflicts })) sources[key].push(value);
  sources.words_median.push(words);
  sources.first_day.push(first);
  sources.last_day.push(last);
}

/** `articles` articles of one source without dates. */
export function undated(articles = 40) {
  const data = empty();
  const count = (code) => [{ code, count: articles }];
  Object.assign(data.counts, { records: articles, articles, sources: 1, words: 100 * articles, characters: 600 * articles, undated: articles });
  addSource(data, "unknown", { records: articles, articles, words: 100 });
  data.stages.forEach((stage) => Object.assign(stage, { received: articles, kept: articles }));
  data.fates.articles = count("unique");
  data.input.files = [{ code: "text", count: articles }];
  Object.assign(data.languages, { top: count("und"), evidence: count("none") });
  data.lengths.counts[7] = articles;
  data.lengths.quantiles = new Array(7).fill(100);
  data.dates.precision.cells = [[0, 5, articles]];
  data.dates.evidence = { codes: ["none"], cells: [[0, 0, articles]] };
  Object.assign(data.rights, { license: count("unknown"), access: count("unknown"), tdm_reservation: count("unknown") });
  return data;
}

/** One article of one known source and one day. */
export function single() {
  const data = undated(1);
  Object.assign(data.counts, { dated: 1, undated: 0, first_day: DAY, last_day: DAY });
  Object.assign(data.sources, { id: ["harbour-times"], dated: [1], first_day: [DAY], last_day: [DAY] });
  data.time = { unit: "day", first: DAY, bins: 1, series: [{ step: [0], count: [1] }] };
  data.calendar = { step: [DAY], count: [1] };
  data.dates = { precision: { ...data.dates.precision, cells: [[0, 2, 1]] }, evidence: { codes: ["record-field"], cells: [[0, 0, 1]] }, candidates: [{ kind: "record-field", seen: 1, accepted: 1 }], refused: [] };
  return data;
}

/** Nothing but rejected records, under more reasons than the diagram names. */
export function rejectedOnly() {
  const data = empty();
  Object.assign(data.counts, { records: 55, rejected: 55, sources: 1 });
  addSource(data, "unknown", { records: 55, rejected: 55 });
  Object.assign(data.stages[0], { received: 55, rejected: 55 });
  data.rejections = Array.from({ length: 10 }, (_, place) => ({
    stage: "ingest",
    reason: `reason-${place}`,
    meaning: place === 0 ? "The file is `broken`." : null,
    count: 10 - place,
    samples: [{ path: `feeds/${place}.jsonl`, index: place, pointer: null, detail: place % 2 ? null : "expected a value" }],
  }));
  return data;
}

/** Two sources, a cluster, and texts that would be markup if anything parsed them. */
export function hostile() {
  const evil = '</script><script>window.evil = 1</script><img src=x onerror="window.evil = 2">&lt;b&gt;\u2028\u2029\u202e\u0000';
  const data = single();
  data.dataset.name = evil;
  data.dataset.description = evil;
  data.dataset.citation = evil;
  Object.assign(data.counts, { records: 4, articles: 2, duplicates: 1, rejected: 1, sources: 2, clusters: 1, dated: 2 });
  data.fates = { articles: [{ code: "representative", count: 1 }, { code: "wire_copy", count: 1 }], duplicates: [{ code: "exact_text", count: 1 }] };
  Object.assign(data.sources, { id: [evil, "b"], name: [evil, null], records: [3, 1], articles: [1, 1], duplicates: [1, 0], rejected: [1, 0], dated: [1, 1], conflicts: [1, 0], words_median: [100, 100], first_day: [DAY, DAY], last_day: [DAY, DAY] });
  data.time.series = [{ step: [0], count: [1] }, { step: [0], count: [1] }];
  data.calendar.count = [2];
  Object.assign(data.languages, { top: [{ code: evil, count: 2 }] });
  data.rejections = [{ stage: "ingest", reason: evil, meaning: evil, count: 1, samples: [{ path: evil, index: 0, pointer: evil, detail: evil }] }];
  data.clusters = { relations: ["exact_text", "wire_copy"], id: "0123456789", size: [3], first_day: [DAY], days: [0], sources: [[0, 1]], relation_set: [3], title: [evil] };
  const side = (excerpt) => ({ id: `art_${"0".repeat(32)}`, title: evil, source: evil, date: "2024-10-04", characters: 5000, excerpt });
  data.comparisons = [{ cluster: 0, relation: "wire_copy", jaccard: 0.9, containment: 0.95, numbers_equal: true, days_apart: 0.5, representative: side(`a ${evil} b`), member: side(`a ${evil} c`) }];
  data.copies = { relations: ["exact_text", "wire_copy"], cells: [[0, 0, 0, 1], [1, 0, 1, 1]] };
  data.quality = { flagged: 1, flags: [{ code: evil, count: 1, meaning: evil }], validation: [] };
  data.rights = { release: "full-text", authors: "hash", acknowledged: true, license: [{ code: evil, count: 2 }], access: [{ code: "free", count: 2 }], tdm_reservation: [{ code: "reserved", count: 2 }] };
  data.audit = { drawn: 200, marked: 150, confidence: 0.95, method: evil, rates: [{ question: "date", stratum: evil, checked: 150, wrong: 3, rate: 0.02, low: 0.004, high: 0.057 }] };
  data.splits = { rule: evil, rows: [{ code: "train", count: 2 }] };
  return data;
}

/** As much as the contract lets in: 41 sources over eleven years, 100,000 clusters, titles and texts to their limits. */
export function largest() {
  let state = 1;
  const random = (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const data = empty();
  const bins = 4_000;
  const first = DAY - bins + 1;
  const places = 41;
  const clusters = 100_000;
  data.time = { unit: "day", first, bins, series: [] };
  const perDay = new Array(bins).fill(0);
  let cells = 60_000;
  for (let source = 0; source < places; source++) {
    const series = { step: [], count: [] };
    let before = 0;
    for (let bin = 0; bin < bins && cells > 0; bin++) {
      if (random(100) < 64) continue;
      const count = 1 + random(400);
      series.step.push(bin - before);
      series.count.push(count);
      perDay[bin] += count;
      before = bin;
      cells -= 1;
    }
    data.time.series.push(series);
    const articles = series.count.reduce((sum, count) => sum + count, 0);
    addSource(data, source === places - 1 ? null : `the-source-number-${source}`, { records: articles + 100, articles, duplicates: 100, dated: articles, conflicts: source, words: 400, first, last: DAY });
  }
  data.sources.others = 900;
  const articles = data.sources.articles.reduce((sum, count) => sum + count, 0);
  Object.assign(data.counts, { records: articles + 100 * places, articles, duplicates: 100 * places, sources: 940, clusters: 250_000, words: 400 * articles, characters: 2400 * articles, dated: articles, first_day: first, last_day: DAY });
  data.stages.forEach((stage) => Object.assign(stage, { received: data.counts.records, kept: data.counts.records }));
  data.calendar = { step: [], count: [] };
  perDay.forEach((count, bin) => {
    if (count === 0) return;
    data.calendar.step.push(data.calendar.step.length === 0 ? first + bin : 1);
    data.calendar.count.push(count);
  });
  data.fates = { articles: [{ code: "unique", count: articles - 500_000 }, { code: "representative", count: 250_000 }, { code: "wire_copy", count: 250_000 }], duplicates: [{ code: "exact_text", count: 100 * places }] };
  data.languages = { top: [{ code: "en", count: articles }], others: 0, others_articles: 0, evidence: [{ code: "detector", count: articles }] };
  data.lengths.counts[10] = articles;
  data.lengths.quantiles = [9, 80, 200, 400, 700, 1500, 9000];
  data.dates.precision.cells = data.sources.articles.map((count, source) => [source, 0, count]);
  data.dates.evidence = { codes: ["json-ld"], cells: data.sources.articles.map((count, source) => [source, 0, count]) };
  Object.assign(data.rights, { license: [{ code: "unknown", count: articles }], access: [{ code: "unknown", count: articles }], tdm_reservation: [{ code: "reserved", count: articles }] });

  const list = data.clusters;
  list.relations = ["contained", "exact_text", "near_copy", "revision", "wire_copy"];
  const ids = [];
  for (let cluster = 0; cluster < clusters; cluster++) {
    ids.push(random(2 ** 20).toString(16).padStart(5, "0") + random(2 ** 20).toString(16).padStart(5, "0"));
    list.size.push(cluster < 1_000 ? 1_002 - cluster : 2 + (cluster < 30_000 ? 1 : 0));
    list.first_day.push(first + random(bins));
    list.days.push(random(8));
    const own = random(places);
    const other = (own + 1 + random(places - 1)) % places;
    list.sources.push(random(10) < 7 ? [own, other] : own);
    list.relation_set.push(1 << random(5));
  }
  list.id = ids.join("");
  const words = "harbour storm council minister season market report river night final talks border strike vote budget school bridge".split(" ");
  const text = (length) => {
    let made = "";
    while (made.length < length) made += `${words[random(words.length)]} `;
    return made.slice(0, length);
  };
  for (let room = 300_000; ; ) {
    const title = text(40 + random(40)).trim();
    room -= title.length + 2;
    if (room < 0) break;
    list.title.push(title);
  }
  const side = (excerpt) => ({ id: `art_${"0".repeat(32)}`, title: "Harbour reopens after the storm", source: "the-source-number-1", date: "2024-10-04", characters: 5000, excerpt });
  for (let place = 0; place < 124; place++) {
    const excerpt = text(2_000);
    data.comparisons.push({ cluster: place, relation: "wire_copy", jaccard: 0.8, containment: 0.9, numbers_equal: true, days_apart: 0.25, representative: side(excerpt), member: side(excerpt.replaceAll("storm", "flood").slice(0, 2_000)) });
  }
  data.copies.relations = ["wire_copy"];
  for (let copy = 0; copy < places; copy++) for (let original = 0; original < places; original++) data.copies.cells.push([copy, original, 0, 1 + random(900)]);
  return data;
}

/** Every case by name. */
export const CASES = { empty, undated, single, "rejected-only": rejectedOnly, hostile, largest };

/** The page with its data filled in, as `copydesk report` does it. */
export function fill(page, data) {
  const written = JSON.stringify(data).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const [before, after, ...more] = page.split("@@COPYDESK_REPORT_DATA@@");
  if (after === undefined || more.length > 0) throw new Error("expected one place for the data");
  return before + written + after;
}
