// Builds the console's scripts, styles and icon sprite into the Python package. Every src/entries/*.ts becomes one script of its own.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "../src/watchfloor/console/static/console/dist");

const common = {
  absWorkingDir: here,
  outdir: out,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "linked",
  logLevel: "warning",
};

async function scripts() {
  const names = (await readdir(join(here, "src/entries"))).filter((name) => name.endsWith(".ts"));
  await build({
    ...common,
    entryPoints: names.map((name) => join("src/entries", name)),
    entryNames: "[name]",
    format: "iife", // one file each: a hashed static storage then has no import paths to rewrite
    target: "es2022",
  });
}

async function styles() {
  await build({
    ...common,
    entryPoints: ["styles/console.css", "styles/console.rtl.css"],
    entryNames: "[name]",
    assetNames: "fonts/[name]",
    loader: { ".woff2": "file" },
    target: ["chrome120", "firefox121", "safari17"],
  });
}

/** One <symbol> per name in icons.txt; pages refer to it with <use href="icons.svg#name">. */
async function icons() {
  const text = await readFile(join(here, "icons.txt"), "utf8");
  const names = text.replaceAll(/^#.*$/gm, "").split(/\s+/).filter(Boolean);
  const symbols = [];
  for (const name of [...new Set(names)].sort()) {
    const svg = await readFile(join(here, "node_modules/@tabler/icons/icons/outline", `${name}.svg`), "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[\s\S]*?>/, "").replace(/<\/svg>\s*$/, "");
    const shapes = body.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "").replaceAll(/\s+/g, " ").trim();
    symbols.push(
      `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ` +
        `stroke-linecap="round" stroke-linejoin="round">${shapes}</symbol>`,
    );
  }
  await writeFile(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("\n")}</svg>\n`);
}

/** The licences of what is bundled travel with it. */
async function licences() {
  const packages = [
    "@alpinejs/csp", "@codemirror/autocomplete", "@codemirror/commands", "@codemirror/language", "@codemirror/lint", "@codemirror/state",
    "@codemirror/view", "@lezer/common", "@lezer/highlight", "@marijn/find-cluster-break", "crelt", "style-mod", "w3c-keyname",
    "@fontsource-variable/inter", "@fontsource-variable/noto-sans-arabic",
    "@tabler/core", "@tabler/icons", "htmx.org", "uplot",
  ];
  const parts = [];
  for (const name of packages) {
    const folder = join(here, "node_modules", name);
    const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const words = file ? await readFile(join(folder, file), "utf8") : `Licence: ${about.license}\n`;
    parts.push(`${name} ${about.version} (${about.license})\n\n${words}`);
  }
  await writeFile(join(out, "LICENCES.txt"), parts.join(`\n${"-".repeat(80)}\n\n`));
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([scripts(), styles(), icons(), licences()]);
