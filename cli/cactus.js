#!/usr/bin/env node
/**
 * `npx cactus`: plain JavaScript that any Node >= 20 can start. Installs what is missing, then hands over to the pinned
 * Node with the same arguments, streams and exit code.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { productNode } from '../tools/bootstrap.js';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
const child = spawn(productNode, [main, ...process.argv.slice(2)], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
