/** The child that restore.test.ts kills: makes or restores a backup and stops in the middle, saying so. */
import { newId, openDatabase, platformMigrations } from '#platform/db';
import { openFileStore } from '#platform/files';
import { readMasterKeys } from '#platform/secrets';
import { createTelemetry } from '#platform/telemetry';
import { z } from 'zod';
import { createBackup } from './create.ts';
import { restoreBackup } from './restore.ts';

const Order = z.object({
  mode: z.enum(['create', 'restore']),
  /** How many progress reports pass before it stands still. */
  pauses: z.int(),
  databaseUrl: z.string(),
  dataDir: z.string(),
  path: z.string(),
  toys: z.string(),
});

const order = Order.parse(JSON.parse(process.env['CRASH'] ?? '{}'));
const { dataDir, databaseUrl } = order;
const { log } = createTelemetry({ level: 'error', write: () => undefined });
const db = await openDatabase({ databaseUrl, dataDir, log });
const files = await openFileStore({ dataDir, db, clock: Date.now, newId, objects: null });
const keys = readMasterKeys({ dataDir, secretKey: null, previousSecretKey: null }) ?? [];
const owners = [...platformMigrations(), { name: 'toys', tablePrefix: 'toys_', directory: new URL(order.toys) }];
const house = { db, dataDir, clock: Date.now, newId, log, keys, files, owners };
let reports = 0;
const progress = {
  signal: new AbortController().signal,
  report: async (): Promise<void> => {
    reports += 1;
    if (reports < order.pauses) return;
    process.stdout.write('paused\n');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  },
};
await (order.mode === 'create' ? createBackup(house, progress) : restoreBackup(house, order.path, progress));
