/** Bundles the sources and what they import into dist/: one entry, each command a chunk of its own that is loaded when
 *  it is called. Docs: decision 0001. */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Of undici the gateway uses the pools alone; its entry loads fetch, WebSocket, caches and mocks as well. */
const poolsOfUndici: Plugin = {
  name: 'pools-of-undici',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^undici$/ }, () => ({ path: 'undici', namespace: 'pools' }));
    onLoad({ filter: /.*/, namespace: 'pools' }, () => ({
      resolveDir: process.cwd(),
      contents: `export { default as Agent } from 'undici/lib/dispatcher/agent.js';
        export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';`,
    }));
  },
};

/** The files of the presets as texts, each parsed when it is asked for. */
const presetsAsTexts: Plugin = {
  name: 'presets-as-texts',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]presets[\\/]preset-files\.ts$/ }, ({ path }) => {
      const folder = dirname(path);
      const texts = globSync('*.json', { cwd: folder })
        .sort()
        .map((name) => [basename(name, '.json'), JSON.stringify(JSON.parse(readFileSync(join(folder, name), 'utf8')))]);
      return {
        contents: `const texts = ${JSON.stringify(Object.fromEntries(texts))};
          export const PRESET_IDS = Object.keys(texts);
          export const presetText = (id) => texts[id];`,
        watchDirs: [folder],
      };
    });
  },
};

/** Packages in CommonJS ask for Node's own modules through these. */
const COMMONJS = `import { createRequire as createRequireHere } from 'node:module';
const require = createRequireHere(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;`;

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  // The process that counts tokens is found beside the chunk that starts it.
  entryPoints: { main: 'src/main.ts', 'chunks/token-process': 'src/context/token-process.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  plugins: [poolsOfUndici, presetsAsTexts],
  banner: { js: COMMONJS },
  // Node keeps the text of what it loads, twice as large where one character is not ASCII. Names stay, for stacks.
  minifyWhitespace: true,
  minifySyntax: true,
  charset: 'ascii',
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
  logLevel: 'warning',
});
writeFileSync('dist/LICENSES.txt', licences(metafile));

/** The licences of the packages whose code is in the bundle. */
function licences({ inputs }: Metafile): string {
  const folders = new Set(
    Object.keys(inputs).flatMap((file) => /^(?:pools:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []),
  );
  const sections = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const texts = globSync('{LICEN[SC]E,licen[sc]e}*', { cwd: folder }).map((file) =>
      readFileSync(join(folder, file), 'utf8'),
    );
    return [`${name} ${version} (${license})`, ...texts.map((text) => text.trim())].join('\n\n');
  });
  return `The bundle holds code of these packages.\n\n${sections.join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}
