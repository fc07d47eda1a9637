/**
 * Builds the web app: `web/` is the root, hashed files go to `web/dist`. Nothing is inlined (the content policy allows no inline code),
 * and there is no module preload polyfill for the same reason.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const OWN_FOLDERS = ['kernel', 'web', 'domains'].map((name) => fileURLToPath(new URL(`./${name}/`, import.meta.url)));

function isOwnModule(id: string): boolean {
  return OWN_FOLDERS.some((folder) => id.startsWith(folder));
}

interface Locked {
  readonly version?: string;
  readonly license?: string;
}

/** For the page Acerca: this version, and every package of the lock file with its licence. */
function about(): unknown {
  const text = readFileSync(new URL('./package-lock.json', import.meta.url), 'utf8');
  const { version, packages } = JSON.parse(text) as { version: string; packages: Record<string, Locked> };
  const rows = Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version: locked = '', license = '—' }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: locked,
      licence: license,
    }));
  const unique = new Map(rows.map((row) => [`${row.name} ${row.version}`, row]));
  return { version, packages: [...unique.values()].toSorted((left, right) => left.name.localeCompare(right.name)) };
}

export default defineConfig({
  root: fileURLToPath(new URL('./web', import.meta.url)),
  base: '/',
  plugins: [react(), tailwindcss()],
  define: { __ABOUT__: JSON.stringify(about()) },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: {
      // Doors (`index.ts`) only name things: without this every page would carry every component behind `#web/ui`.
      treeshake: { moduleSideEffects: (id) => !isOwnModule(id) || id.endsWith('.css') || id.endsWith('/web/main.tsx') },
    },
  },
});
