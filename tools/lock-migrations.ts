/** Records new migrations in tools/migrations.lock.json; refuses when a landed one was changed or removed. */
import { writeFileSync } from 'node:fs';
import { lockOf, migrationViolations } from './tidy/migrations.ts';
import { migrationLockPath, readMigrationLock, readTree } from './tidy/tree.ts';

const files = readTree();
const broken = migrationViolations(files, readMigrationLock()).filter(({ message }) => !message.startsWith('new:'));
for (const { path, message } of broken) console.error(`${path}: ${message}`);
if (broken.length > 0) process.exit(1);
writeFileSync(migrationLockPath, `${JSON.stringify(lockOf(files), null, 2)}\n`);
console.log(`${Object.keys(lockOf(files)).length} migrations locked`);
