/**
 * Goal: kill -9 of the app, of the database, or of both, at any moment of a busy life, loses nothing acknowledged:
 * every acked row is there with its event and its job's effect, exactly once; nothing half-written is there either.
 * `CACTUS_CRASH_ROUNDS` repeats more, `CACTUS_CRASH_SEED` repeats a run.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openCrashApp } from './crash-app.ts';
import { type CrashChild, crashFolder, seededRandom, startCrashChild } from './crash-child.ts';

const ROUNDS = Number(process.env['CACTUS_CRASH_ROUNDS'] ?? 6);
const SEED = Number(process.env['CACTUS_CRASH_SEED'] ?? Date.now() % 1_000_000);
const folder = crashFolder();
const { dataDir } = folder;
afterAll(() => folder.remove());

const VICTIMS = ['app', 'database', 'both'] as const;
type Victim = (typeof VICTIMS)[number];

function killPostmaster(): void {
  const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, 'SIGKILL');
}

async function hurt(victim: Victim, child: CrashChild): Promise<void> {
  if (victim !== 'app') killPostmaster();
  if (victim !== 'database') {
    await child.kill();
    return;
  }
  // The living app must bring its database back by itself and go on acknowledging.
  const before = child.said.get('ack')?.length ?? 0;
  await child.until('ack', before + 20);
  await child.kill();
}

interface Found {
  readonly rows: Set<string>;
  readonly rowEvents: string[];
  readonly eventIds: Set<string>;
  readonly effects: Map<string, number>;
  readonly jobsLeft: number;
}

async function readEverything(): Promise<Found> {
  const app = await openCrashApp({ dataDir, jobMs: 0 });
  try {
    await app.jobs.start();
    const left = async (): Promise<number> => {
      const counts = await app.jobs.count({ workspaceId: '' });
      return counts.waiting + counts.running + counts.failed;
    };
    await expect.poll(left, { timeout: 30_000, interval: 100 }).toBe(0);
    const read = (name: string, text: string) => app.db.prepared<{ id: string; runs: number }>(name, text, []);
    const rowEvents = await read('crash.about', `select subject_id as id from platform_events where subject_id <> 'p'`);
    return {
      rows: new Set((await read('crash.rows', 'select id from crash_rows')).map(({ id }) => id)),
      rowEvents: rowEvents.map(({ id }) => id),
      eventIds: new Set((await read('crash.events', 'select id from platform_events')).map(({ id }) => id)),
      effects: new Map(
        (await read('crash.effects', 'select id, runs from crash_effects')).map(({ id, runs }) => [id, runs]),
      ),
      jobsLeft: (await app.jobs.count({ workspaceId: '' })).dead,
    };
  } finally {
    await app.close();
  }
}

test(
  `${ROUNDS} rounds of kill -9 under load lose nothing that was acknowledged (seed ${SEED})`,
  { timeout: 600_000 },
  async () => {
    const random = seededRandom(SEED);
    const acked = new Set<string>();
    const published = new Set<string>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = VICTIMS[round % VICTIMS.length] ?? 'app';
      const child = await startCrashChild({ dataDir, writers: 4, publishers: 4, runsJobs: true, jobMs: 3 });
      await child.until('ack', 10);
      await delay(random() * 400);
      await hurt(victim, child);
      for (const id of child.said.get('ack') ?? []) acked.add(id);
      for (const id of child.said.get('published') ?? []) published.add(id);
    }
    const found = await readEverything();
    console.log(
      `crash: seed ${SEED}, ${ROUNDS} kills, ${acked.size} rows and ${published.size} events acknowledged, ` +
        `${found.rows.size} rows and ${found.eventIds.size} events found, ` +
        `${[...found.effects.values()].filter((runs) => runs > 1).length} jobs ran more than once`,
    );
    expect([...acked].filter((id) => !found.rows.has(id))).toEqual([]);
    expect([...published].filter((id) => !found.eventIds.has(id))).toEqual([]);
    // Atomic: a row exists exactly when its one event and its one effect do, acknowledged or not.
    expect(found.rowEvents.toSorted()).toEqual([...found.rows].toSorted());
    expect([...found.effects.keys()].toSorted()).toEqual([...found.rows].toSorted());
    expect(found.jobsLeft).toBe(0);
  },
);
