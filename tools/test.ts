/**
 * `npm test`: everything. Checks, then every suite on the embedded PostgreSQL, then the database suites once more on
 * the PostgreSQL that the system provides (Debian's 15 in CI). The last line is `N passed, N failed, N skipped`.
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, runSteps, streamStep } from './steps.ts';
import { startSystemPostgres } from './system-postgres.ts';
import { readTree } from './tidy/tree.ts';

interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

interface SuiteReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly SuiteFile[];
}

interface SuiteFile {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly assertionResults: readonly { status: string; fullName: string; failureMessages?: readonly string[] }[];
}

const isCi = process.env['CI'] === 'true';
const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
/** What failed, said once more at the very end: a log of thousands of lines is often kept by its tail only. */
const failures: string[] = [];
const SLOWEST_SHOWN = 12;

function record(hasPassed: boolean): void {
  if (hasPassed) tally.passed += 1;
  else tally.failed += 1;
}

/** Says why a part did not run; in CI nothing may be skipped, so there it is a failure. */
function skip(reason: string): void {
  console.log(`SKIP  ${reason}`);
  if (isCi) tally.failed += 1;
  else tally.skipped += 1;
}

function runSuites(name: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  const reportPath = join(root, '.cache', `vitest-${name.replaceAll(' ', '-')}.json`);
  mkdirSync(join(root, '.cache'), { recursive: true });
  rmSync(reportPath, { force: true });
  console.log(`\n== ${name}`);
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportPath}`];
  const exitCode = streamStep({ name, command: 'vitest', args: ['run', ...report, ...args], env });
  let counts: SuiteReport;
  try {
    counts = JSON.parse(readFileSync(reportPath, 'utf8')) as SuiteReport;
  } catch {
    console.log(`FAIL  ${name}: the runner ended without a report (exit ${exitCode})`);
    record(false);
    return;
  }
  tally.passed += counts.numPassedTests;
  tally.failed += counts.numFailedTests;
  tally.skipped += counts.numPendingTests + counts.numTodoTests;
  // A suite that cannot load has no failed test of its own, and an unhandled rejection fails the run alone.
  if (exitCode !== 0 && counts.numFailedTests === 0) record(false);
  if (isCi && counts.numPendingTests + counts.numTodoTests > 0) record(false);
  for (const file of counts.testResults) failures.push(...failuresOf(file));
  printSlowest(counts.testResults);
}

function failuresOf({ name, status, message, assertionResults }: SuiteFile): string[] {
  const path = relative(root, name);
  const failed = assertionResults.filter((one) => one.status === 'failed');
  const firstLines = (text: string): string => text.split('\n').slice(0, 6).join('\n    ');
  if (failed.length === 0 && status === 'failed') return [`${path}\n    ${firstLines(message)}`];
  return failed.map((one) => `${path} > ${one.fullName}\n    ${firstLines(one.failureMessages?.[0] ?? '')}`);
}

function printSlowest(files: readonly SuiteFile[]): void {
  const slowest = files.toSorted((a, b) => b.endTime - b.startTime - (a.endTime - a.startTime)).slice(0, SLOWEST_SHOWN);
  console.log('\nslowest files, in seconds:');
  for (const { name, startTime, endTime } of slowest) {
    console.log(`${((endTime - startTime) / 1_000).toFixed(1).padStart(7)}  ${relative(root, name)}`);
  }
}

/** Journeys start the product on its own database, so a second run of them would tell nothing. */
function databaseSuites(): string[] {
  return readTree()
    .filter(({ path, text }) => path.endsWith('.test.ts') && text.includes('#platform/testing'))
    .filter(({ path }) => !path.startsWith('test/e2e/'))
    .map(({ path }) => path);
}

console.log('== checks');
record(runSteps([{ name: 'npm run check', command: 'node', args: ['tools/check.ts'] }]) === 0);
record(runSteps([{ name: 'web build', command: 'node', args: ['tools/build-web.ts'] }]) === 0);
runSuites('all suites', [], {});

const system = await startSystemPostgres();
if (system.ok) {
  try {
    runSuites(`database suites on ${system.value.version}`, databaseSuites(), {
      CACTUS_TEST_DATABASE_URL: system.value.url,
    });
  } finally {
    await system.value.stop();
  }
} else {
  skip(`database suites on a system PostgreSQL: ${String(system.details['reason'])}`);
}

for (const failure of failures) console.log(`\nFAILED  ${failure}`);
console.log(`\n${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
process.exit(tally.failed === 0 ? 0 : 1);
