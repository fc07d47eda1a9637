/** The door of platform/runtime. */
export { type Composition, composePlatform } from './compose.ts';
export { openBackupHouse } from './open-backup-house.ts';
export { startProcess } from './process.ts';
export { collectEndpoints } from './collect-endpoints.ts';
export { platformDomain } from './platform-domain.ts';
