/**
 * Builds the web app: `web/` is the root, hashed files go to `web/dist`. Nothing is inlined (the content policy allows no inline code),
 * and there is no module preload polyfill for the same reason.
 */
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const OWN_FOLDERS = ['kernel', 'web', 'domains'].map((name) => fileURLToPath(new URL(`./${name}/`, import.meta.url)));

function isOwnModule(id: string): boolean {
  return OWN_FOLDERS.some((folder) => id.startsWith(folder));
}

export default defineConfig({
  root: fileURLToPath(new URL('./web', import.meta.url)),
  base: '/',
  plugins: [react(), tailwindcss()],
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
