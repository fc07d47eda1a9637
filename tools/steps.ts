/** Runs command-line steps one after another, showing the output of the ones that fail. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Step {
  readonly name: string;
  /** A program of node_modules/.bin. */
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const root = fileURLToPath(new URL('..', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024; // A lint run that prints more has found one thing many times.

/** Runs every step even when one fails, so that one run tells everything; returns how many failed. */
export function runSteps(steps: readonly Step[]): number {
  let failed = 0;
  for (const step of steps) {
    const startedAtMs = performance.now();
    const result = spawnSync(join(root, 'node_modules', '.bin', step.command), step.args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { ...process.env, ...step.env },
      shell: process.platform === 'win32',
    });
    const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
    const hasPassed = result.status === 0;
    console.log(`${hasPassed ? 'ok  ' : 'FAIL'}  ${step.name}  ${seconds} s`);
    if (hasPassed) continue;
    failed += 1;
    console.log(`${result.stdout ?? ''}${result.stderr ?? ''}`);
  }
  return failed;
}

/** Runs one step with its output shown as it comes; returns its exit code (1 when it was killed). */
export function streamStep(step: Step): number {
  const result = spawnSync(join(root, 'node_modules', '.bin', step.command), step.args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...step.env },
    shell: process.platform === 'win32',
  });
  return result.status ?? 1;
}
