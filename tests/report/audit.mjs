// Opens the page of `copydesk audit draw` in a headless Chromium and marks items as a person would.
//
//     node audit.mjs AUDIT.html
//
// Writes `audit-marked.csv` beside the page: `copydesk audit read DATASET audit-marked.csv` must accept it. Needs playwright-core and
// axe-core, and Chromium at $CHROMIUM or /usr/bin/chromium. Opens files only, no network.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const [file] = process.argv.slice(2);
if (!file) {
  console.error("usage: audit.mjs AUDIT.html");
  process.exit(2);
}
const address = pathToFileURL(resolve(file)).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open(scheme) {
  const context = await browser.newContext({ colorScheme: scheme, acceptDownloads: true });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => wrong.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.stack}`));
  page.on("request", (request) => {
    if (request.url() !== address && !request.url().startsWith("blob:")) wrong.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => wrong.push(`dialog: ${dialog.message()}`) && dialog.dismiss());
  await page.goto(address);
  return { page, wrong, context };
}

const status = (page) => page.textContent("#progress");
const total = (page) => page.evaluate(() => JSON.parse(document.getElementById("data").textContent).items.length);

try {
  const saved = join(dirname(resolve(file)), "audit-marked.csv");
  {
    const { page, wrong, context } = await open("light");
    const items = await total(page);
    // The keyboard alone: every question of every item, the second one as wrong.
    for (let item = 0; item < items; item += 1) {
      const questions = await page.locator("fieldset").count();
      assert.ok(questions > 0 && (await page.locator("fieldset.current").count()) === 1);
      for (let place = 0; place < questions; place += 1) await page.keyboard.press(item === 1 ? "n" : place === 1 ? "u" : "y");
      assert.equal(await page.locator("fieldset input:checked").count(), questions);
      if (item + 1 < items) await page.keyboard.press("j");
    }
    assert.match(await status(page), new RegExp(`${items} of ${items} items marked, not saved`));
    await page.fill("#comment", "=2+2, \"quoted\"\nand a second line");
    const waits = page.waitForEvent("download");
    await page.click("#save");
    await (await waits).saveAs(saved);
    assert.match(await status(page), /Saved/);
    assert.deepEqual(wrong, []);
    await context.close();
  }
  for (const scheme of ["light", "dark"]) {
    const { page, wrong, context } = await open(scheme);
    const items = await total(page);
    await page.setInputFiles("#load", saved);
    await page.waitForFunction(() => /Loaded/.test(document.getElementById("progress").textContent));
    assert.match(await status(page), new RegExp(`Loaded the marks of ${items} items. ${items} of ${items}`));
    await page.fill("#goto", String(items));
    await page.keyboard.press("Enter");
    assert.equal(await page.inputValue("#comment"), "=2+2, \"quoted\"\nand a second line");
    await page.fill("#goto", "1");
    await page.keyboard.press("Enter");
    // The policy of the page forbids scripts from outside, so the checker comes in through the debugger.
    const session = await context.newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: AXE });
    const { result } = await session.send("Runtime.evaluate", {
      expression: `axe.run(document, { runOnly: { type: "tag", values: ${JSON.stringify(TAGS)} } })
        .then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" | "))))`,
      awaitPromise: true,
    });
    const found = JSON.parse(result.value);
    assert.deepEqual(found, []);
    await page.setViewportSize({ width: 360, height: 700 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.ok(!wide, "nothing is cut off on a telephone");
    assert.deepEqual(wrong, []);
    await context.close();
  }
  console.log(`${file}: marked, saved, loaded; no error, no request, no violation`);
} finally {
  await browser.close();
}
