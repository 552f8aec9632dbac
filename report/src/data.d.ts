// Generated from report-data.schema.json by `npm run types`.

/**
 * Raw files that were read, by format.
 */
export type CodeCounts = {
code: string
count: number
}[]
export type Count = number
/**
 * `SELECT cluster_relation, count(*) FROM a GROUP BY ALL`.
 */
export type CodeCounts1 = {
code: string
count: number
}[]
/**
 * `SELECT relation, count(*) FROM r WHERE fate = 'duplicate' GROUP BY ALL`.
 */
export type CodeCounts2 = {
code: string
count: number
}[]
/**
 * Rows of r.
 */
export type Counts = number[]
/**
 * Rows of a.
 */
export type Counts1 = number[]
/**
 * Rows of r with the fate `duplicate`.
 */
export type Counts2 = number[]
/**
 * Rows of r with the fate `rejected`.
 */
export type Counts3 = number[]
/**
 * As `counts.dated`.
 */
export type Counts4 = number[]
/**
 * Rows of a with `date_conflict`.
 */
export type Counts5 = number[]
/**
 * Least date of an article; null when none is dated.
 */
export type Days = (number | null)[]
/**
 * Greatest date of an article; null when none is dated.
 */
export type Days1 = (number | null)[]
/**
 * Place of the first bin (from 0), then bins since the entry before.
 */
export type Counts6 = number[]
/**
 * Articles.
 */
export type Counts7 = number[]
export type Counts8 = number[]
/**
 * @maxItems 30
 */
export type CodeCounts3 = {
code: string
count: number
}[]
/**
 * `SELECT language_evidence, count(*) FROM a GROUP BY ALL`.
 */
export type CodeCounts4 = {
code: string
count: number
}[]
/**
 * Articles in each bin.
 * 
 * @minItems 20
 * @maxItems 20
 */
export type Counts9 = number[]
/**
 * @minItems 7
 * @maxItems 7
 */
export type Counts10 = number[]
/**
 * `SELECT reject_reason, count(*) FROM d WHERE role = 'published' AND NOT accepted GROUP BY ALL`.
 */
export type CodeCounts5 = {
code: string
count: number
}[]
/**
 * cluster_size.
 */
export type Counts11 = number[]
/**
 * Least published_date of the members, whatever its precision; null when none has one.
 */
export type Days2 = (number | null)[]
/**
 * Greatest published_date minus the least; 0 when none has one.
 */
export type Counts12 = number[]
/**
 * @minItems 2
 */
export type Counts13 = number[]
/**
 * Sum of 2^i over the places i in `relations` of the members' relations.
 */
export type Counts14 = number[]
/**
 * `SELECT code, count(*) FROM (SELECT unnest(quality_flags) AS code FROM a) GROUP BY ALL`.
 */
export type ExplainedCounts = {
code: string
count: number
/**
 * What the code means, where the tool says it.
 */
meaning: (string | null)
}[]
/**
 * The same of validation_codes.
 */
export type ExplainedCounts1 = {
code: string
count: number
/**
 * What the code means, where the tool says it.
 */
meaning: (string | null)
}[]
/**
 * `SELECT license, count(*) FROM a GROUP BY ALL`; at most 50, the rest as the code `(others)`, which comes last.
 */
export type CodeCounts6 = {
code: string
count: number
}[]
/**
 * `SELECT access, count(*) FROM a GROUP BY ALL`.
 */
export type CodeCounts7 = {
code: string
count: number
}[]
/**
 * `SELECT tdm_reservation, count(*) FROM a GROUP BY ALL`.
 */
export type CodeCounts8 = {
code: string
count: number
}[]
/**
 * m.splits.rows, in the order train, validation, test.
 */
export type CodeCounts9 = {
code: string
count: number
}[]

/**
 * The one value that `report.html` shows. It stands in the page as `<script type="application/json" id="data">`, with `<`, `>`, `&`, U+2028 and U+2029 written as \u escapes, compact, keys in the order of this schema.
 * 
 * Every figure can be computed again with DuckDB. Four views stand for the tables of the dataset: a = data/articles-*.parquet, r = tables/records-*.parquet, p = tables/pairs-*.parquet, d = tables/date_candidates-*.parquet; m is manifest.json. Four rules hold throughout:
 * - A *source index* is a place in `sources.id`. Sources beyond the 40th share the index of the last place, whose id is null.
 * - A *day* is an integer: days since 1970-01-01, `date_diff('day', DATE '1970-01-01', x)`.
 * - The *date of an article* is `published_date` where `published_precision` is `second`, `minute` or `day`. Articles that state a month or a year only would heap up on the first day of the period; they are counted apart.
 * - Lists of codes with counts are sorted by count, largest first, then by code.
 * The value holds no time of making, host or path of a machine: the same dataset gives the same page.
 */
export interface ReportData {
/**
 * Version of this contract.
 */
format: 1
/**
 * What the dataset calls itself, and the digests that identify it.
 */
dataset: {
/**
 * `[dataset] name` of the config, if any.
 */
name: (string | null)
/**
 * `[dataset] description` of the config, if any.
 */
description: (string | null)
/**
 * m.dataset_version.
 */
dataset_version: string
/**
 * m.tool_version.
 */
tool_version: string
/**
 * m.schema_version.
 */
schema_version: string
/**
 * m.rule_version.
 */
rule_version: string
/**
 * m.config_sha256.
 */
config_sha256: string
/**
 * m.dataset_sha256.
 */
dataset_sha256: string
/**
 * How to cite the dataset, if the config says it.
 */
citation: (string | null)
}
/**
 * records = articles + duplicates + rejected + taken_down.
 */
counts: {
/**
 * m.account.records; without take-downs `SELECT count(*) FROM r`.
 */
records: number
/**
 * `SELECT count(*) FROM a`.
 */
articles: number
/**
 * `SELECT count(*) FROM r WHERE fate = 'duplicate'`.
 */
duplicates: number
/**
 * `SELECT count(*) FROM r WHERE fate = 'rejected'`.
 */
rejected: number
/**
 * Records taken down after publication, from the manifest; 0 when there are none.
 */
taken_down: number
/**
 * `SELECT count(DISTINCT source_id) FROM r`; `unknown` counts as one.
 */
sources: number
/**
 * `SELECT count(DISTINCT cluster_id) FROM a WHERE cluster_size > 1`.
 */
clusters: number
/**
 * `SELECT sum(word_count) FROM a`, 0 without articles.
 */
words: number
/**
 * `SELECT sum(char_count) FROM a`, 0 without articles.
 */
characters: number
/**
 * Articles dated to the day or better: `SELECT count(*) FROM a WHERE published_precision IN ('second', 'minute', 'day')`.
 */
dated: number
/**
 * Articles that state a month or a year only: `... IN ('month', 'year')`.
 */
coarse: number
/**
 * Articles without a date: `... = 'none'`.
 */
undated: number
/**
 * Least date of an article; null when `dated` is 0.
 */
first_day: (number | null)
/**
 * Greatest date of an article; null when `dated` is 0.
 */
last_day: (number | null)
}
/**
 * What lay below the input root: m.input.
 */
input: {
files: CodeCounts
/**
 * Sidecars that were read.
 */
sidecars: number
/**
 * Symbolic links that were not followed.
 */
symlinks: number
/**
 * Hidden files that were passed over.
 */
hidden: number
/**
 * Sockets, pipes and devices that were passed over.
 */
special: number
}
/**
 * m.account.stages, in their order.
 */
stages: {
stage: string
received: Count
kept: Count
/**
 * Records that stopped, all reasons together.
 */
rejected: number
}[]
/**
 * What became of the records, beside `rejections`.
 */
fates: {
articles: CodeCounts1
duplicates: CodeCounts2
}
/**
 * Columns of equal length, one place a source: the 40 sources with the most records (`SELECT source_id FROM r GROUP BY ALL ORDER BY count(*) DESC, source_id LIMIT 40`) and, where there are more, one last place for all others together.
 */
sources: {
/**
 * `source_id`; null for all others together.
 * 
 * @maxItems 41
 */
id: (string | null)[]
/**
 * `SELECT min(source_name) FROM a WHERE source_id = ...`; null where none is stated and for all others.
 */
name: (string | null)[]
/**
 * Sources in the last place; 0 when each source has its own place.
 */
others: number
records: Counts
articles: Counts1
duplicates: Counts2
rejected: Counts3
dated: Counts4
conflicts: Counts5
/**
 * `SELECT quantile_disc(word_count, 0.5) FROM a`; null without articles.
 */
words_median: (Count | null)[]
first_day: Days
last_day: Days1
}
/**
 * Articles over time by source; null when `counts.dated` is 0.
 */
time: (null | {
/**
 * The finest of day and month that gives at most 4,000 bins from the first to the last day, of which at most 60,000 (source index, bin) hold an article; else year.
 */
unit: ("day" | "month" | "year")
/**
 * First day of the first bin: `date_trunc(unit, counts.first_day)`.
 */
first: number
/**
 * Bins up to the one of the last day, empty ones too.
 */
bins: number
/**
 * One entry a source index, its bins with an article.
 */
series: {
step: Counts6
count: Counts7
}[]
})
/**
 * Articles of each day, all sources together: `SELECT published_date, count(*) FROM a WHERE published_precision IN ('second', 'minute', 'day') GROUP BY ALL ORDER BY ALL`. Days without an article are left out. null when no article is dated or more than 20,000 days have one.
 */
calendar: (null | {
/**
 * The first day, then days since the entry before.
 */
step: number[]
count: Counts8
})
/**
 * The longest runs of days without an article that lie between two days with one. First up to 10 of the whole dataset, then up to 20 of single sources that have their own place and articles on at least 30 days; each part is sorted by days (largest first), `from`, source index.
 * 
 * @maxItems 30
 */
gaps: {
/**
 * Source index; null for the whole dataset.
 */
source: (Count | null)
/**
 * First day without an article.
 */
from: number
/**
 * Last day without an article.
 */
to: number
/**
 * to - from + 1.
 */
days: number
}[]
/**
 * `SELECT language, count(*) FROM a GROUP BY ALL`: the 30 most frequent, and the rest together.
 */
languages: {
top: CodeCounts3
/**
 * Further languages.
 */
others: number
/**
 * Articles in them.
 */
others_articles: number
evidence: CodeCounts4
}
/**
 * Words of an article.
 */
lengths: {
/**
 * Bin i holds articles of at least edges[i] and fewer than edges[i + 1] words; the last has no upper end.
 */
edges: [0,10,15,20,30,50,70,100,150,200,300,500,700,1000,1500,2000,3000,5000,7000,10000]
counts: Counts9
/**
 * `SELECT quantile_disc(word_count, [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1]) FROM a`; null without articles.
 */
quantiles: (null | Counts10)
}
/**
 * Where dates come from and how much of a date is stated.
 */
dates: {
precision: BySource
evidence: BySource1
/**
 * `SELECT kind, count(*), count(*) FILTER (accepted) FROM d WHERE role = 'published' GROUP BY ALL`, sorted by the first count, largest first, then by kind.
 */
candidates: {
kind: string
seen: Count
accepted: Count
}[]
refused: CodeCounts5
}
/**
 * `SELECT stage, reason, count(*) FROM r WHERE fate = 'rejected' GROUP BY ALL ORDER BY 3 DESC, 1, 2`.
 */
rejections: {
stage: string
reason: string
/**
 * What the code means, as the README says it.
 */
meaning: (string | null)
count: Count
/**
 * The first 5 records by (raw_path, raw_index).
 * 
 * @maxItems 5
 */
samples: {
/**
 * raw_path.
 */
path: string
/**
 * raw_index.
 */
index: number
/**
 * pointer.
 */
pointer: (string | null)
/**
 * detail; null too where the release tier gives no words of articles away.
 */
detail: (string | null)
}[]
}[]
/**
 * Clusters of two or more records, largest first: by cluster_size (largest first), then by cluster_id; at most 100,000. The *members* of a cluster are the rows of a with its cluster_id and the rows of r that are duplicates of one of them (`r JOIN a ON r.duplicate_of = a.id`); source, date and relation of a member come from its own row. Columns of equal length, but for `title`.
 */
clusters: {
/**
 * Relations of members in the listed clusters, but for `representative`, sorted by code.
 */
relations: string[]
/**
 * The first 10 hex digits behind `art_` of each cluster_id, one behind the other.
 */
id: string
size: Counts11
first_day: Days2
days: Counts12
/**
 * Source indices of the members: the representative's first, then the others ascending, each once; a bare integer when there is one only.
 */
sources: (Count | Counts13)[]
relation_set: Counts14
/**
 * Title of the representative, `""` when it has none; longer ones are cut to 159 characters and `…`. Of the first clusters only: as many as fit into 300,000 bytes of JSON strings, written as in the page.
 */
title: string[]
}
/**
 * Two members of a cluster side by side, for the first 200 listed clusters of which at least two rows are in a: the representative, and the other row with the lowest similarity, then the lowest id. Ends before the comparison whose two `excerpt`s would take their sum past 500,000 bytes of JSON strings. Empty where the release tier gives no texts away.
 * 
 * @maxItems 200
 */
comparisons: {
/**
 * Place in `clusters`.
 */
cluster: number
/**
 * cluster_relation of the member.
 */
relation: string
/**
 * From the row of p with these two ids, in whichever order; null where p has none.
 */
jaccard: (number | null)
/**
 * The same.
 */
containment: (number | null)
/**
 * The same.
 */
numbers_equal: (boolean | null)
/**
 * The same.
 */
days_apart: (number | null)
representative: Excerpt
member: Excerpt
}[]
/**
 * Who copies whom: each member of a cluster but its representative, by its source, the source of the representative, and its relation; `[copy, original, relation, members]`, two source indices, a place in `relations`, a count; sorted. *Original* is the first record known here, which need not be where the text was written.
 */
copies: {
/**
 * Sorted by code.
 */
relations: string[]
cells: Count[][]
}
/**
 * Articles with each code; an article may have several.
 */
quality: {
/**
 * `SELECT count(*) FROM a WHERE len(quality_flags) > 0`.
 */
flagged: number
flags: ExplainedCounts
validation: ExplainedCounts1
}
/**
 * The columns of a, in their order.
 */
columns: {
group: string
name: string
/**
 * As the README calls it.
 */
type: string
nullable: boolean
/**
 * Rows that hold null or an empty list.
 */
absent: number
/**
 * What the column holds.
 */
documentation: string
}[]
/**
 * What is known of the rights in the articles.
 */
rights: {
/**
 * `[export] release`: what of an article the dataset gives away; null where the config knows no tiers.
 */
release: ("full-text" | "derived-only" | "metadata-only" | "mixed" | null)
/**
 * `[export] authors`.
 */
authors: ("keep" | "hash" | "drop" | null)
/**
 * Whether the config acknowledges that texts of sources that reserve their rights are in the dataset; null where it does not say.
 */
acknowledged: (boolean | null)
license: CodeCounts6
access: CodeCounts7
tdm_reservation: CodeCounts8
}
/**
 * Error rates that a person has measured; null when nobody has.
 */
audit: (null | {
/**
 * Records in the sample.
 */
drawn: number
/**
 * Of them, marked by a person.
 */
marked: number
/**
 * Confidence of the intervals, such as 0.95.
 */
confidence: number
/**
 * How the sample was drawn and the intervals computed, in a sentence.
 */
method: string
rates: {
/**
 * What was judged, such as `date` or `body`.
 */
question: string
/**
 * The part of the dataset; null for all of it.
 */
stratum: (string | null)
checked: Count
wrong: Count
/**
 * Estimated share of wrong ones, 0 to 1.
 */
rate: number
low: number
high: number
}[]
})
/**
 * How articles were split; null when they were not.
 */
splits: (null | {
/**
 * m.splits.rule in words.
 */
rule: string
rows: CodeCounts9
})
/**
 * m.files without `report.html` itself, by path; at most 200.
 * 
 * @maxItems 200
 */
files: {
path: string
bytes: Count
rows: (Count | null)
sha256: string
}[]
}
/**
 * `SELECT published_precision, count(*) FROM a GROUP BY source, published_precision`; the codes in the order second, minute, day, month, year, none, all of them.
 */
export interface BySource {
codes: string[]
cells: number[][]
}
/**
 * The same of `published_evidence`; the codes by their counts.
 */
export interface BySource1 {
codes: string[]
cells: number[][]
}
export interface Excerpt {
/**
 * The whole id.
 */
id: string
/**
 * As in `clusters.title`.
 */
title: string
/**
 * source_id.
 */
source: string
/**
 * published_date as YYYY-MM-DD; null when there is none.
 */
date: (string | null)
/**
 * char_count.
 */
characters: number
/**
 * The first 2,000 characters of `text`.
 */
excerpt: string
}
