/**
 * Directory: the enabled endpoints of every workspace, in memory, so that an emitting transaction learns who listens without
 * a query. A workspace is read again when one of its endpoints changes, in this process or another (the event log says so),
 * and everything is read again every half minute, in case a message was lost.
 */
import type { Log } from '#platform/telemetry';
import { type Endpoint, type LiveEndpoint, openEndpoint } from './endpoint.ts';
import type { SecretBox } from './secret.ts';

export interface Directory {
  /** Resolves once the first load is done; cheap afterwards. */
  ready(): Promise<void>;
  ofWorkspace(workspaceId: string): readonly LiveEndpoint[];
  find(endpointId: string): LiveEndpoint | undefined;
  all(): Iterable<LiveEndpoint>;
  reloadWorkspace(workspaceId: string): Promise<void>;
  reloadAll(): Promise<void>;
}

export interface DirectoryOptions {
  /** Enabled endpoints of one workspace, or of all. */
  readonly load: (workspaceId: string | null) => Promise<readonly Endpoint[]>;
  readonly box: SecretBox;
  readonly log: Log;
  /** An endpoint left the directory or moved to another address. */
  readonly onForgotten: (endpointId: string) => void;
  /** The secrets of an endpoint were sealed with another key. */
  readonly onUnreadable: (endpoint: Endpoint) => void;
}

export function createDirectory(options: DirectoryOptions): Directory {
  const byWorkspace = new Map<string, readonly LiveEndpoint[]>();
  const byId = new Map<string, LiveEndpoint>();
  let firstLoad: Promise<void> | undefined;
  let loads: Promise<unknown> = Promise.resolve(); // One after another, so that an older answer never replaces a newer one.

  function replaceWorkspace(workspaceId: string, endpoints: readonly Endpoint[]): void {
    const live = endpoints.flatMap((endpoint) => openOrReport(endpoint, options));
    const liveIds = new Map(live.map((endpoint) => [endpoint.id, endpoint]));
    for (const known of byWorkspace.get(workspaceId) ?? []) {
      if (liveIds.has(known.id)) continue;
      byId.delete(known.id);
      options.onForgotten(known.id);
    }
    for (const endpoint of live) byId.set(endpoint.id, endpoint);
    if (live.length > 0) byWorkspace.set(workspaceId, live);
    else byWorkspace.delete(workspaceId);
  }

  function inOrder(load: () => Promise<void>): Promise<void> {
    const loaded = loads.then(load);
    loads = loaded.catch(() => undefined);
    return loaded;
  }

  async function loadAll(): Promise<void> {
    const endpoints = Map.groupBy(await options.load(null), (endpoint) => endpoint.workspaceId);
    for (const workspaceId of new Set([...byWorkspace.keys(), ...endpoints.keys()])) {
      replaceWorkspace(workspaceId, endpoints.get(workspaceId) ?? []);
    }
  }

  return {
    ready() {
      firstLoad ??= inOrder(loadAll).catch((error: unknown) => {
        firstLoad = undefined; // The next caller tries again.
        throw error;
      });
      return firstLoad;
    },
    ofWorkspace: (workspaceId) => byWorkspace.get(workspaceId) ?? [],
    find: (endpointId) => byId.get(endpointId),
    all: () => byId.values(),
    reloadWorkspace: (workspaceId) =>
      inOrder(async () => replaceWorkspace(workspaceId, await options.load(workspaceId))),
    reloadAll: () => inOrder(loadAll),
  };
}

function openOrReport(endpoint: Endpoint, { box, log, onUnreadable }: DirectoryOptions): LiveEndpoint[] {
  try {
    return [openEndpoint(endpoint, box)];
  } catch (error) {
    log.error('A webhook endpoint cannot be opened', { endpointId: endpoint.id, error: String(error) });
    onUnreadable(endpoint);
    return [];
  }
}
