/** The door of platform/testing: what tests stand on. Production code never imports it. */
export { silentLog } from './silent-log.ts';
export { openTestDatabase, type TestDatabase, type TestDomain } from './test-database.ts';
