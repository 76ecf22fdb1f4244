// Serves the built widget on a page of a shop, with the mock desk behind it.
import { readFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { startMockDesk } from "./mock";

const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".html": "text/html; charset=utf-8",
};

// npm runs scripts in the package's folder.
const home = process.cwd();

const desk = await startMockDesk({
  port: Number(process.env["PORT"] ?? 8421),
  think_ms: 900,
  serve(path) {
    const file = path.startsWith("/widget/")
      ? join(home, "dist", normalize(path.slice("/widget".length)))
      : join(home, "dev/page.html");
    try {
      return { type: TYPES[extname(file)] ?? "text/plain", body: readFileSync(file) };
    } catch {
      return null;
    }
  },
});

console.log(`The shop with the widget: ${desk.base}/`);
