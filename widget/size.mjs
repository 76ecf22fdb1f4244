// Fails when a built file is larger, compressed, than what we promise to other people's pages.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = join(dirname(fileURLToPath(import.meta.url)), "dist");
const locales = readdirSync(join(dist, "locales")).sort();
const limits = [
  ["loader.js", 3_000],
  ["app.js", 20_000],
  ...locales.map((file) => [join("locales", file), 3_000]),
];

let isOver = false;
for (const [file, bytes_max] of limits) {
  const raw = readFileSync(join(dist, file));
  const bytes = gzipSync(raw, { level: 9 }).length;
  const verdict = bytes <= bytes_max ? "ok" : "OVER";
  isOver ||= bytes > bytes_max;
  console.log(
    `${file.padEnd(18)} ${String(bytes).padStart(6)} of ${bytes_max} bytes gzip` +
      ` (${raw.length} raw) ${verdict}`,
  );
}
if (isOver) {
  console.error("error: the widget is too large\nhint: see what esbuild --analyze finds in it");
  process.exit(1);
}
