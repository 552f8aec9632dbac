// Opens report pages in a headless Chromium and uses them as a reader would.
//
//     node browser.mjs PAGE.html [REPORT.html...]
//
// PAGE.html is the page without data; the cases of cases.mjs are filled into it. Each REPORT.html is a report of a real dataset. Needs
// playwright-core and axe-core, and Chromium at $CHROMIUM or /usr/bin/chromium. Opens files only, no network.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { CASES, fill } from "./cases.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const MOST_BYTES = 5_000_000;
const MOST_MILLISECONDS = 1_000;
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const [template, ...reports] = process.argv.slice(2);
if (!template) {
  console.error("usage: browser.mjs PAGE.html [REPORT.html...]");
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "report-"));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** Opens a page and listens to everything that could be wrong with it. */
async function open(file, { scheme = "light", width = 1280, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, reducedMotion: "reduce", bypassCSP: false });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.stack}`));
  page.on("request", (request) => {
    if (request.url() !== pathToFileURL(file).href) wrong.push(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`));
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => "ready" in document.documentElement.dataset, null, { timeout: 10_000 }).catch(() => wrong.push("the page was never ready"));
  return { page, wrong, close: () => context.close() };
}

/** Scrolls through the page, so that every chart is drawn. */
async function scrollThrough(page) {
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += 400) {
      scrollTo({ top: y, behavior: "instant" });
      await new Promise((done) => setTimeout(done, 30));
    }
    scrollTo({ top: 0, behavior: "instant" });
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}

async function assertSound({ page, wrong }) {
  wrong.push(...(await page.evaluate(() => window.violations)));
  assert.deepEqual(wrong, []);
  assert.equal(await page.evaluate(() => window.evil), undefined, "text of the data was run as a script");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `the page is ${wide} pixels wider than the screen`);
}

async function assertCharts(page) {
  const charts = await page.$$eval(".chart", (all) =>
    all.map((chart) => {
      const svg = chart.querySelector("svg");
      const shapes = [...(svg?.querySelectorAll("path, rect, polygon, polyline, line, text") ?? [])].filter((shape) => {
        const { width, height } = shape.getBoundingClientRect();
        return width + height > 0;
      });
      return { name: chart.getAttribute("aria-label"), shapes: shapes.length, height: svg?.getBoundingClientRect().height ?? 0 };
    }),
  );
  for (const { name, shapes, height } of charts) assert.ok(shapes >= 3 && height > 40, `empty chart: ${name} (${shapes} shapes, ${height} px)`);
  return charts.length;
}

let axeChecked = false;
async function assertAccessible(page, what) {
  // What axe needs is run by the browser's own channel, which no policy of the page forbids.
  await page.evaluate(AXE);
  if (!axeChecked) {
    // A tool that finds nothing anywhere would find nothing here.
    const planted = await page.evaluate(async () => {
      const node = document.body.appendChild(document.createElement("img"));
      const found = await window.axe.run(document, { runOnly: ["image-alt"] });
      node.remove();
      return found.violations.length;
    });
    assert.equal(planted, 1, "axe does not find a planted mistake");
    axeChecked = true;
  }
  const found = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags, resultTypes: ["violations"] }), TAGS);
  const lines = found.violations.map((violation) => `${violation.id}: ${violation.help}\n  ${violation.nodes.slice(0, 3).map((node) => `${node.html.slice(0, 200)} ${node.any.map((check) => check.message).join("; ")}`).join("\n  ")}`);
  assert.deepEqual(lines, [], `axe, ${what}`);
}

const text = (page, selector) => page.$eval(selector, (node) => node.textContent);
const dataOf = (page) => page.$eval("#data", (node) => JSON.parse(node.textContent));
const digits = (written) => Number(written.replace(/\D/g, ""));

/** Everything that holds of any report. */
async function checkAny(file) {
  for (const look of [{ scheme: "light" }, { scheme: "dark" }, { scheme: "light", width: 390, height: 844 }]) {
    const opened = await open(file, look);
    const { page } = opened;
    await scrollThrough(page);
    await assertCharts(page);
    for (const summary of await page.$$("details > summary")) await summary.evaluate((node) => node.click());
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await assertAccessible(page, JSON.stringify(look));
    await assertSound(opened);
    await opened.close();
  }
}

async function checkFigures(page) {
  const data = await dataOf(page);
  const figures = await page.$$eval(".key-figures dd:not(.detail)", (all) => all.map((node) => node.textContent));
  assert.equal(digits(figures[0]), data.counts.articles);
  assert.equal(digits(figures[4]), data.counts.duplicates);
  assert.equal(digits(figures[5]), data.counts.rejected);
  assert.ok((await text(page, "h1")).length > 0);
  if (!data.time) return;
  // By year, the columns of the table add up to the dated articles.
  const total = await page.evaluate(async () => {
    const figure = document.querySelector("#time figure");
    const select = figure.querySelector("select");
    select.value = "year";
    select.dispatchEvent(new Event("change"));
    figure.querySelector("details").open = true;
    await new Promise((done) => setTimeout(done, 50));
    let sum = 0;
    for (;;) {
      for (const row of figure.querySelectorAll("tbody tr")) sum += Number(row.cells[1].textContent.replace(/\D/g, ""));
      const next = [...figure.querySelectorAll(".pager button")].at(-1);
      if (next.closest(".pager").hidden || next.disabled) break;
      next.click();
    }
    select.value = "auto";
    select.dispatchEvent(new Event("change"));
    figure.querySelector("details").open = false;
    return sum;
  });
  assert.equal(total, data.counts.dated, "articles over time");
}

/** Filters, by keyboard alone. */
async function checkFilters(page) {
  const data = await dataOf(page);
  if (!data.time || data.time.bins < 30) return;
  const period = () => page.$$eval(".filter-bar input", (inputs) => inputs.map((input) => input.value));
  const path = () => page.$eval("#time .chart svg", (svg) => svg.outerHTML.length + svg.textContent);
  const whole = await period();
  const before = await path();

  await page.focus('.filter-bar button[aria-label="Zoom in"]');
  await page.keyboard.press("Enter");
  await page.keyboard.press("Space");
  const zoomed = await period();
  assert.ok(zoomed[0] > whole[0] && zoomed[1] < whole[1], `zooming in gave ${zoomed}`);
  assert.notEqual(await path(), before, "zooming in did not draw the chart again");
  assert.match(await text(page, ".filter-bar .filter-status"), /dated article|Shown/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.ok((await period())[0] < zoomed[0], "`Earlier` is not next, or moves nothing");

  if (data.sources.id.length > 1) {
    await page.focus(".filter-bar select");
    await page.keyboard.press("ArrowDown");
    assert.equal(await page.$eval(".filter-bar select", (select) => select.value), "0");
    const first = data.sources.id[0];
    assert.ok((await text(page, ".filter-bar .filter-status")).includes(first));
    if (data.clusters.size.length > 0) assert.equal(await page.$eval("#clusters .controls select", (select) => select.value), "0", "the clusters have another source");
  }
  const reset = await page.$('.filter-bar button:has-text("Show all")');
  await reset.focus();
  await page.keyboard.press("Enter");
  assert.deepEqual(await period(), whole);
  // The chart's own slider is for the mouse.
  const slider = await page.$eval("#time .chart", (chart) => {
    chart.scrollIntoView({ block: "center" });
    const box = chart.getBoundingClientRect();
    return { x: box.x, y: box.y, width: box.width, height: box.height };
  });
  const left = await page.$eval("#time .chart", (chart) => chart.getBoundingClientRect().y);
  const y = left + slider.height - 18;
  await page.mouse.move(slider.x + slider.width * 0.35, y);
  await page.mouse.down();
  await page.mouse.move(slider.x + slider.width * 0.5, y, { steps: 5 });
  await page.mouse.move(slider.x + slider.width * 0.65, y, { steps: 5 });
  await page.mouse.up();
  await page.waitForFunction((before) => [...document.querySelectorAll(".filter-bar input")].some((input, place) => input.value !== before[place]), whole);
  await page.click('.filter-bar button:has-text("Show all")');
  assert.deepEqual(await period(), whole);
}

async function checkClusters(page) {
  const data = await dataOf(page);
  const listed = data.clusters.size.length;
  if (listed === 0) return;
  const status = () => text(page, "#clusters .filter-status");
  const shown = async () => digits((await status()).replace(/ cluster.*/, ""));
  const first = () => text(page, "#clusters .block .data-table tbody tr");
  assert.equal(await shown(), listed);
  await page.selectOption('#clusters label:has-text("Records") select', "3");
  assert.equal(await shown(), data.clusters.size.filter((size) => size >= 3).length);
  await page.click('#clusters button:has-text("Show all")');
  assert.equal(await shown(), listed);
  for (const [place, relation] of data.clusters.relations.entries()) {
    await page.selectOption('#clusters label:has-text("Relation") select', String(place));
    assert.equal(await shown(), data.clusters.relation_set.filter((set) => (set >> place) & 1).length, relation);
  }
  await page.click('#clusters button:has-text("Show all")');
  const source = Math.min(1, data.sources.id.length - 1);
  await page.selectOption('#clusters label:has-text("Source") select', String(source));
  assert.equal(await shown(), data.clusters.sources.filter((own) => [own].flat().includes(source)).length, "clusters of a source");
  await page.click('#clusters button:has-text("Show all")');
  await page.fill('#clusters input[type="search"]', `art_${data.clusters.id.slice(0, 10)}`);
  assert.ok((await shown()) >= 1, "a cluster is not found by its id");
  assert.ok((await first()).includes(data.clusters.id.slice(0, 10)));
  await page.fill('#clusters input[type="search"]', "no title has these words");
  assert.equal(await shown(), 0);
  assert.equal(await first(), "No cluster fits the filter.");
  await page.click('#clusters button:has-text("Show all")');
  if (listed > 15) {
    const before = await first();
    await page.focus('#clusters .block .pager button:has-text("Next")');
    await page.keyboard.press("Enter");
    assert.notEqual(await first(), before, "the next page is the same");
    await page.focus('#clusters .block thead button:has-text("Records")');
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    assert.equal(await page.$eval('#clusters .block thead th:has(button:focus)', (head) => head.getAttribute("aria-sort")), "ascending");
    await page.keyboard.press("Enter");
  }
  if (data.comparisons.length === 0) return;
  const compare = page.locator('#clusters td button:has-text("Compare")').first();
  await compare.focus();
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^Side by side: 1 of/);
  // Both texts are shown whole, whatever is marked.
  const sides = await page.$$eval(".excerpt", (all) => all.map((node) => node.textContent.replace(/ …$/, "")));
  assert.deepEqual(sides, [data.comparisons[0].representative.excerpt, data.comparisons[0].member.excerpt]);
  const same = sides[0] === sides[1];
  assert.equal((await page.$$(".excerpt ins, .excerpt del")).length > 0, !same, "words are not marked");
}

async function checkKeyboard(page) {
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip", "the first stop is not the link past the contents");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  const titles = await page.$$eval("nav a", (links) => links.map((link) => document.querySelector(link.hash)?.querySelector("h2")?.textContent));
  assert.ok(titles.length >= 10 && titles.every((title) => title), "a link of the contents leads nowhere");
  // Every chart has its table, opened by keyboard.
  const figure = page.locator("figure details.figures summary").first();
  if ((await figure.count()) === 0) return;
  await figure.focus();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(50);
  assert.ok((await page.locator("figure details.figures[open] tbody tr").count()) > 0, "the table of a chart stays closed or empty");
  assert.equal(await page.locator("figure.chart-figure").count(), await page.locator("figure.chart-figure details.figures").count());
}

async function checkPrint(file) {
  const opened = await open(file, { scheme: "dark" });
  const { page } = opened;
  // The charts were never scrolled to: printing draws them all.
  const pdf = await page.pdf({ format: "A4", printBackground: true });
  const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages >= 2 && pages <= 40, `${pages} printed pages`);
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const hidden = await page.$$eval("nav, .filter-bar, details.figures", (all) => all.every((node) => node.getClientRects().length === 0));
  assert.ok(hidden, "controls are printed");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(255, 255, 255)");
  await assertCharts(page);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await assertSound(opened);
  await opened.close();
  return pages;
}

/** Milliseconds from the start of loading until the first chart is drawn, the least of five loads: other work of the machine only adds. */
async function timeToUse(file) {
  const times = [];
  for (let round = 0; round < 5; round++) {
    const opened = await open(file);
    times.push(
      await opened.page.evaluate(async () => {
        // The first charts are drawn in the frames after the page says that it is ready; then the main thread is free.
        for (let frame = 0; frame < 2; frame++) await new Promise((done) => requestAnimationFrame(done));
        await new Promise((done) => setTimeout(done));
        const drawn = performance.getEntriesByName("copydesk-first-chart")[0];
        return (drawn ?? performance.getEntriesByName("copydesk-ready")[0]).startTime;
      }),
    );
    await opened.close();
  }
  return Math.min(...times);
}

let passed = 0;
let failed = 0;
async function test(name, check) {
  try {
    const said = await check();
    passed += 1;
    console.log(`ok: ${name}${said === undefined ? "" : `, ${said}`}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED: ${name}\n${error.stack}`);
  }
}

async function testReport(name, file) {
  await test(`${name}: sound and accessible, light, dark and narrow`, () => checkAny(file));
  await test(`${name}: figures, keyboard, filters and clusters`, async () => {
    const opened = await open(file);
    await checkKeyboard(opened.page);
    await scrollThrough(opened.page);
    await checkFigures(opened.page);
    await checkFilters(opened.page);
    await checkClusters(opened.page);
    await assertSound(opened);
    await opened.close();
  });
  await test(`${name}: printed`, async () => `${await checkPrint(file)} pages`);
  await test(`${name}: size and time`, async () => {
    const { size } = statSync(file);
    const time = await timeToUse(file);
    assert.ok(size <= MOST_BYTES, `${size} bytes`);
    assert.ok(time < MOST_MILLISECONDS, `usable after ${time} ms`);
    return `${size} bytes, usable after ${Math.round(time)} ms`;
  });
}

try {
  const page = readFileSync(template, "utf8");
  for (const [name, make] of Object.entries(CASES)) {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, fill(page, make()));
    await testReport(name, file);
  }
  for (const report of reports) await testReport(report, resolve(report));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
console.log(`report pages: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
