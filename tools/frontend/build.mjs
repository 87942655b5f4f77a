// Builds static/dist/: app.css, app.js, board.js, worker.js and sprite.svg. Run by `node tools/frontend/build.mjs` after `npm ci`.
// No source maps: the manifest storage of staticfiles would look for them. The sizes printed are gzipped.
import { build } from "esbuild";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const dist = join(root, "static", "dist");
const outline = join(root, "node_modules", "@tabler", "icons", "icons", "outline");

await mkdir(dist, { recursive: true });

await build({
  entryPoints: {
    app: join(root, "static/js/app.js"),
    board: join(root, "static/js/board.js"),
    worker: join(root, "static/js/worker.js"),
  },
  outdir: dist,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
});

// No target: the tokens use light-dark(), which a lower target would rewrite.
await build({
  entryPoints: { app: join(root, "static/css/app.css") },
  outdir: dist,
  bundle: true,
  minify: true,
  legalComments: "none",
});

await writeFile(join(dist, "sprite.svg"), await sprite());
await report(["app.css", "app.js", "board.js", "sprite.svg"]);

async function sprite() {
  const names = JSON.parse(await readFile(join(root, "static/img/icons.json"), "utf8"));
  const symbols = await Promise.all(names.map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function symbol(name) {
  const source = await readFile(join(outline, `${name}.svg`), "utf8").catch(() => {
    throw new Error(`static/img/icons.json names “${name}”, which is not an outline icon of Tabler`);
  });
  const shapes = source
    .slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"))
    .replace(/<path stroke="none"[^>]*\/>/, "")
    .replace(/\s+/g, " ")
    .trim();
  return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
}

async function report(files) {
  for (const file of files) {
    const path = join(dist, file);
    const packed = gzipSync(await readFile(path)).length;
    console.log(`${file}: ${(await stat(path)).size} bytes, ${packed} gzipped`);
  }
}
