// Builds the page: one HTML file with script, style and their digests in its Content-Security-Policy.
//
//     node build.mjs [TARGET]
//
// What is left to fill in is the one word @@COPYDESK_REPORT_DATA@@.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = (path) => new URL(path, import.meta.url).pathname;
const target = process.argv[2] ?? here("../src/writers/report/page.html");

const bundle = async (entry, options) => {
  const result = await build({
    entryPoints: [here(entry)],
    bundle: true,
    minify: true,
    write: false,
    target: ["chrome111", "firefox114", "safari16.4"],
    charset: "utf8",
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
    ...options,
  });
  return result.outputFiles[0].text.trim();
};

const script = await bundle("src/main.ts", { format: "iife" });
const style = await bundle("src/style.css", {});
for (const [name, text] of Object.entries({ script, style })) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`the ${name} would end its own element`);
}
const digest = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  `script-src ${digest(script)}`,
  `style-src ${digest(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types default",
].join("; ");

const parts = { POLICY: policy, STYLE: style, SCRIPT: script, NOTICE: readFileSync(here("src/notice.txt"), "utf8").trim() };
const page = readFileSync(here("src/page.html"), "utf8").replace(/@@(POLICY|STYLE|SCRIPT|NOTICE)@@/g, (_, name) => parts[name]);
if (page.split("@@COPYDESK_REPORT_DATA@@").length !== 2) throw new Error("expected one place for the data");
writeFileSync(target, page);
console.log(`${target}: ${Buffer.byteLength(page)} bytes, script ${Buffer.byteLength(script)}, style ${Buffer.byteLength(style)}`);
