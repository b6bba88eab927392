import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** With these a page may share memory with its workers, so that the wasm engine has threads. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** KaTeX's style sheet names each font in three formats; every browser that runs the studio reads the first. */
const oneFontFormat: Plugin = {
  name: 'one-font-format',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('katex') && id.includes('.css')
      ? { code: code.replace(/,\s*url\([^)]*\.(?:woff|ttf)\)\s*format\("[^"]*"\)/g, ''), map: null }
      : undefined,
};

/** The published API alone: each entry of the package's exports, from its sources. */
function publishedEntries() {
  const { exports } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
  };
  return Object.entries(exports).flatMap(([path, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            find: new RegExp(`^lexigrad${path.slice(1).replaceAll('/', '\\/')}$`),
            replacement: here(target.default.replace('./dist/', '../src/').replace(/\.js$/, '.ts')),
          },
        ],
  );
}

export default defineConfig({
  root: here('.'),
  // Relative addresses: the built page works in any folder of any web server.
  base: './',
  cacheDir: here('../.cache/vite'),
  plugins: [oneFontFormat],
  resolve: {
    // What touches files is replaced as a bundler for browsers would.
    alias: [{ find: '#host', replacement: here('../src/files/host-none.ts') }, ...publishedEntries()],
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  // Named, so that a room that is opened first does not make the development server start anew.
  optimizeDeps: {
    noDiscovery: true,
    include: [
      ...['preact', 'preact/hooks', 'preact/jsx-runtime', 'preact/jsx-dev-runtime', '@preact/signals'],
      ...['@observablehq/plot', 'katex', '@dagrejs/dagre', 'umap-js'],
    ],
  },
  build: {
    outDir: here('../dist/studio'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    chunkSizeWarningLimit: 1000,
  },
  server: { host: '127.0.0.1', headers: isolation, fs: { allow: [here('..')] } },
  preview: { host: '127.0.0.1', headers: isolation },
});
