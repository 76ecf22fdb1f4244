// Fails when the JavaScript that a first visit loads exceeds its budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 120;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

const kilobytes = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000;

// The entry and all it imports statically; lazy screens are counted apart.
const initial = new Set();
function collect(key) {
  const chunk = manifest[key];
  if (initial.has(chunk.file)) return;
  initial.add(chunk.file);
  for (const imported of chunk.imports ?? []) collect(imported);
}
collect(Object.keys(manifest).find((key) => manifest[key].isEntry));

const scripts = Object.values(manifest)
  .map((chunk) => chunk.file)
  .filter((f) => f.endsWith(".js"));
let total = 0;
for (const file of new Set(scripts)) {
  const size = kilobytes(file);
  if (initial.has(file)) total += size;
  console.log(
    `${size.toFixed(1).padStart(7)} kB  ${initial.has(file) ? "initial" : "lazy   "}  ${file}`,
  );
}
console.log(
  `${total.toFixed(1).padStart(7)} kB  initial JavaScript, gzip (budget ${BUDGET_KB} kB)`,
);
if (total > BUDGET_KB) {
  console.error(
    `error: the initial JavaScript is ${(total - BUDGET_KB).toFixed(1)} kB over budget`,
  );
  console.error("hint: load the screen lazily in src/App.svelte, or drop a dependency");
  process.exit(1);
}
