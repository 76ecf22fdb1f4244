// Builds the widget into dist/: two scripts that run as they are, and the words of each language.
import { build, context, transform } from "esbuild";
import { minify } from "terser";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(fileURLToPath(import.meta.url));
const dist = join(home, "dist");
const isServing = process.argv.includes("--serve");

/** Style sheets become minified text, which the widget constructs at run time. */
const cssAsText = {
  name: "css-as-text",
  setup(on) {
    on.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, target: "es2022" });
      return { contents: code.trim().replace(/(--[\w-]+): /g, "$1:"), loader: "text" };
    });
  },
};

const scripts = {
  absWorkingDir: home,
  entryPoints: { loader: "src/loader.ts", app: "src/app.ts" },
  outdir: dist,
  bundle: true,
  format: "iife",
  target: ["chrome100", "firefox100", "safari15.4"],
  minify: true,
  charset: "utf8",
  legalComments: "none",
  sourcemap: isServing ? "inline" : false,
  plugins: [cssAsText],
  logLevel: "warning",
};

const mock = {
  absWorkingDir: home,
  entryPoints: ["dev/serve.ts"],
  outfile: join(home, "node_modules/.cache/mock.mjs"),
  bundle: true,
  platform: "node",
  format: "esm",
  logLevel: "warning",
};

await rm(dist, { recursive: true, force: true });
await writeWords();
if (isServing) await serve();
else {
  await build(scripts);
  await squeeze("loader.js");
  await squeeze("app.js");
}

/** A second minifier finds another three percent, which is what the limits leave room for. */
async function squeeze(file) {
  const path = join(dist, file);
  const { code } = await minify(await readFile(path, "utf8"), {
    ecma: 2020,
    compress: { passes: 3 },
    format: { comments: false },
  });
  await writeFile(path, code);
}

/** Words are checked against English, so that a missing or misspelt one is found here. */
async function writeWords() {
  const from = join(home, "locales");
  await mkdir(join(dist, "locales"), { recursive: true });
  const english = JSON.parse(await readFile(join(from, "en.json"), "utf8"));
  for (const file of await readdir(from)) {
    const words = JSON.parse(await readFile(join(from, file), "utf8"));
    const missing = Object.keys(english).filter((key) => !(key in words));
    const unknown = Object.keys(words).filter((key) => !(key in english));
    if (missing.length || unknown.length) {
      throw new Error(`${basename(file)}: missing [${missing}], unknown [${unknown}]`);
    }
    await writeFile(join(dist, "locales", file), JSON.stringify(words));
  }
}

async function serve() {
  const watching = await context(scripts);
  await watching.watch();
  await build(mock);
  await import(mock.outfile);
}
