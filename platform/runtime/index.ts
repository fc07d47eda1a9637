/** The door of platform/runtime. */
export { type Composition, composePlatform } from './compose.ts';
export { startProcess } from './process.ts';
