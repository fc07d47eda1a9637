/** `npm run check`: types, lint, format, tidy and dead code; one line a step, the output of what failed. */
import { runSteps } from './steps.ts';

const failed = runSteps([
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  { name: 'lint', command: 'oxlint', args: ['--type-aware', '--tsconfig', 'tsconfig.json', '--quiet'] },
  { name: 'format', command: 'oxfmt', args: ['--check'] },
  { name: 'tidy', command: 'vitest', args: ['run', 'tools/tidy.test.ts'] },
  { name: 'dead code', command: 'knip', args: ['--treat-config-hints-as-errors'] },
]);
process.exit(failed === 0 ? 0 : 1);
