/**
 * Soak: a hundred times kill -9 of the server at random moments under about 300 events a second, with restarts. No
 * acknowledged event may be lost; duplicates stay below half a percent and carry the same id. `BENCH_KILLS=5` makes it
 * short enough for every build; a hundred take some eight minutes, a third of it restarts. A kill repeats what was answered but
 * not yet written down, some 20 ms: the fewer seconds between kills, the larger its share, so they are not shorter.
 */
import { killUnderLoad } from './kills.ts';
import { type BenchSection, percentile } from './section.ts';

const PER_SECOND = 300;
const KILLS_DEFAULT = 100;
const KILLS_TOLD_EVERY = 10;
const BEFORE_KILL_MS = { least: 750, spread: 4500 } as const;

const killCount = Math.max(1, Number.parseInt(process.env['BENCH_KILLS'] ?? '', 10) || KILLS_DEFAULT);

export const section: BenchSection = {
  title: `Soak: ${killCount} random kill -9 under ${PER_SECOND} events a second (BENCH_KILLS)`,
  async run() {
    const report = await killUnderLoad({
      killCount,
      perSecond: PER_SECOND,
      beforeKillMs: BEFORE_KILL_MS,
      onKill: (killedCount) => {
        if (killedCount % KILLS_TOLD_EVERY === 0) console.log(`  … ${killedCount} of ${killCount} kills`);
      },
    });
    return [
      { name: 'kills', value: report.restartsMs.length, unit: '', atLeast: killCount },
      { name: 'events acknowledged', value: report.acknowledgedCount, unit: '' },
      { name: 'acknowledged and never received', value: report.lostCount, unit: '', atMost: 0 },
      { name: 'received more than once', value: report.duplicateRatio * 100, unit: '%', atMost: 0.5 },
      { name: 'received under another id', value: report.strayIdCount, unit: '', atMost: 0 },
      { name: 'requests cut by a kill', value: report.cutCount, unit: '' },
      { name: 'restart to the first answer, p50', value: percentile(report.restartsMs, 0.5), unit: 'ms' },
      { name: 'restart to the first answer, max', value: Math.max(...report.restartsMs), unit: 'ms' },
    ];
  },
};
