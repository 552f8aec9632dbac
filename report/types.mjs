// Writes src/data.d.ts from the contract; with --check, compares instead.
import { readFileSync, writeFileSync } from "node:fs";
import { compileFromFile } from "json-schema-to-typescript";

const target = new URL("src/data.d.ts", import.meta.url);
const types = await compileFromFile(new URL("report-data.schema.json", import.meta.url).pathname, {
  bannerComment: "// Generated from report-data.schema.json by `npm run types`.",
  additionalProperties: false,
  ignoreMinAndMaxItems: true,
  format: false,
});
if (!process.argv.includes("--check")) {
  writeFileSync(target, types);
} else if (readFileSync(target, "utf8") !== types) {
  console.error("error: src/data.d.ts is not what the schema says; run `npm run types`");
  process.exit(1);
}
