/**
 * `npm run bench [-- name …]`: every `bench/*.bench.ts`, one after another, each bounded in time and count, loopback only.
 * Absolute figures belong to the machine and its load (printed); the promises beside them are what we hold ourselves to.
 */
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import pc from 'picocolors';
import { type BenchSection, type Figure, isKept } from './section.ts';

const GIB = 1024 ** 3;
const NAME_WIDTH = 58;

const wanted = process.argv.slice(2);
const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .toSorted();
if (names.length === 0) {
  console.error(
    `No such section. There are: ${readdirSync(folder)
      .filter((file) => file.endsWith('.bench.ts'))
      .join(', ')}`,
  );
  process.exit(2);
}

console.log(
  `Node ${process.version}, ${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gib(totalmem())} GiB`,
);
let brokenCount = 0;
for (const name of names) {
  // The sections of this folder plug themselves in by their file name.
  const { section } = (await import(new URL(`./${name}.bench.ts`, import.meta.url).href)) as { section: BenchSection };
  const startedMs = performance.now();
  console.log(`\n${pc.bold(section.title)}  (load before: ${load()})`);
  try {
    const figures = await section.run();
    for (const figure of figures) console.log(lineOf(figure));
    brokenCount += figures.filter((figure) => !isKept(figure)).length;
  } catch (error) {
    brokenCount += 1;
    console.log(pc.red(`  failed: ${error instanceof Error ? error.message : String(error)}`));
  }
  console.log(pc.dim(`  ${((performance.now() - startedMs) / 1000).toFixed(0)} s, load after: ${load()}`));
}
console.log(brokenCount === 0 ? '\nEvery promise kept.' : `\n${brokenCount} promises not kept on this run.`);
process.exit(brokenCount === 0 ? 0 : 1);

function lineOf(figure: Figure): string {
  const size = Math.abs(figure.value);
  const digits = figure.unit === '' || size >= 100 ? 0 : size < 1 ? 2 : 1;
  const value = `${figure.value.toFixed(digits)} ${figure.unit}`.padStart(12);
  const limit = figure.atMost ?? figure.atLeast;
  if (limit === undefined) return `  ${figure.name.padEnd(NAME_WIDTH)}${value}`;
  const sign = figure.atMost === undefined ? '>=' : '<=';
  const verdict = isKept(figure) ? pc.green('kept') : pc.red('NOT KEPT');
  return `  ${figure.name.padEnd(NAME_WIDTH)}${value}   ${sign} ${limit}  ${verdict}`;
}

function load(): string {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');
}

function gib(bytes: number): string {
  return (bytes / GIB).toFixed(0);
}
