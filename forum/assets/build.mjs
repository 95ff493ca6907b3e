/**
 * Bundles the style sheets and scripts, and packs what is served.
 *
 *   node build.mjs ASSETS OUT
 *
 * ASSETS holds css/, js/, images/ and package.json; OUT is filled with files under hashed names,
 * their .gz and .br, manifest.json (plain name -> hashed name) and licences.txt.
 * Entry points are every css/*.css that is not a partial (`_name.css`), and every js/*.js at the
 * top level. Subfolders of js/ are there to be imported.
 */
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

import { build } from "esbuild";

const [assets, out] = process.argv.slice(2);
const PACKED = new Set([".css", ".js", ".json", ".svg", ".txt", ".wasm", ".webmanifest"]);
const TARGETS = ["es2022", "chrome109", "firefox115", "safari16.4"];

/** The files of a folder, sorted; none when the folder is not there. */
function filesOf(folder, wanted) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && wanted(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
}

/** Copies one file under a name that holds its content's hash, and answers that name. */
function copyHashed(file) {
  const hash = createHash("sha256").update(readFileSync(file)).digest("hex").slice(0, 8).toUpperCase();
  const suffix = extname(file);
  const name = `${basename(file, suffix)}-${hash}${suffix}`;
  copyFileSync(file, join(out, name));
  return name;
}

/** The package folder under node_modules that a bundled file came from, or nothing. */
function packageOf(input) {
  const parts = input.split(/[\\/]/);
  const at = parts.lastIndexOf("node_modules");
  if (at < 0) return null;
  const depth = parts[at + 1].startsWith("@") ? 3 : 2;
  return parts.slice(0, at + depth).join(sep);
}

/** The notices of everything that others wrote and that is served from here. */
function licences(packages) {
  return [...packages].sort().map((folder) => {
    const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const notices = filesOf(folder, (name) => /^(licen[cs]e|notice)/i.test(name));
    const text = notices.map((file) => readFileSync(file, "utf8").trim()).join("\n\n");
    return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
  }).join(`\n${"-".repeat(72)}\n\n`);
}

/** Writes .br and .gz beside a file where they are smaller than it. */
async function pack(file) {
  const bytes = readFileSync(file);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  const packed = {
    ".br": await promisify(brotliCompress)(bytes, quality),
    ".gz": await promisify(gzip)(bytes, { level: 9 }),
  };
  for (const [suffix, content] of Object.entries(packed)) {
    if (content.length < bytes.length) writeFileSync(file + suffix, content);
  }
}

mkdirSync(out, { recursive: true });
const entries = [
  ...filesOf(join(assets, "css"), (name) => name.endsWith(".css") && !name.startsWith("_")),
  ...filesOf(join(assets, "js"), (name) => name.endsWith(".js") && !name.endsWith(".test.js")),
];
const manifest = {};
const packages = new Set();

if (entries.length > 0) {
  const result = await build({
    absWorkingDir: assets,
    assetNames: "[name]-[hash]",
    bundle: true,
    entryNames: "[name]-[hash]",
    entryPoints: entries,
    // Emscripten's loader names Node's own modules on paths that no browser takes.
    external: ["module", "node:*"],
    format: "esm",
    legalComments: "none",
    loader: { ".png": "file", ".svg": "file", ".woff2": "file" },
    logLevel: "warning",
    metafile: true,
    minify: true,
    outdir: out,
    target: TARGETS,
  });
  for (const [file, about] of Object.entries(result.metafile.outputs)) {
    if (about.entryPoint) manifest[basename(about.entryPoint)] = basename(file);
  }
  for (const input of Object.keys(result.metafile.inputs)) {
    const folder = packageOf(join(assets, input));
    if (folder) packages.add(folder);
  }
}

const { forum } = JSON.parse(readFileSync(join(assets, "package.json"), "utf8"));
for (const path of forum?.copies ?? []) {
  const file = join(assets, "node_modules", ...path.split("/"));
  manifest[basename(file)] = copyHashed(file);
  packages.add(packageOf(file));
}
for (const file of filesOf(join(assets, "images"), () => true)) {
  manifest[basename(file)] = copyHashed(file);
}

writeFileSync(join(out, "licences.txt"), licences(packages));
const sorted = Object.fromEntries(Object.entries(manifest).sort());
for (const file of filesOf(out, (name) => PACKED.has(extname(name)))) await pack(file);
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
console.log(`${Object.keys(sorted).length} assets, ${relative(dirname(assets), out)}`);
