/**
 * Crash: the server is killed with -9 at random moments under load and started again. Every event that was acknowledged must
 * reach the receiver; whatever arrives twice carries the same `webhook-id`. `webhooks-soak` does it a hundred times.
 */
import { killUnderLoad } from './kills.ts';
import type { BenchSection } from './section.ts';

const KILL_COUNT = 4;
const PER_SECOND = 300;

export const section: BenchSection = {
  title: `Crash: ${KILL_COUNT} times kill -9 under ${PER_SECOND} events a second`,
  async run() {
    const report = await killUnderLoad({ killCount: KILL_COUNT, perSecond: PER_SECOND });
    return [
      { name: 'events acknowledged', value: report.acknowledgedCount, unit: '' },
      { name: 'acknowledged and never received', value: report.lostCount, unit: '', atMost: 0 },
      { name: 'received more than once', value: report.duplicateRatio * 100, unit: '%', atMost: 5 },
      { name: 'received under another id', value: report.strayIdCount, unit: '', atMost: 0 },
      { name: 'requests cut by a kill', value: report.cutCount, unit: '' },
      { name: 'slowest restart to the first answer', value: Math.max(...report.restartsMs), unit: 'ms' },
    ];
  },
};
