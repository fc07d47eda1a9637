/** A log that says nothing, for tests. */
import type { Log } from '#platform/telemetry';

const nothing = (): void => undefined;

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silentLog };
