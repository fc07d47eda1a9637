/**
 * Row guard: which events somebody may see when she reaches only some people's rows. A domain whose rows belong to people
 * says in its manifest whose they are; each of its events has one of those rows as its subject.
 */
import type { EventShape, RowOwner, RowScope } from '#kernel';
import type { Queryable } from '#platform/db';
import type { EventPage, StoredEvent } from './types.ts';

export interface RowReach {
  readonly workspaceId: string;
  readonly rows: RowScope;
}

/** What a domain knows of its rows. */
export interface RowOwnership {
  /** Whose these rows are; a row that is gone is left out. */
  owners(
    queryable: Queryable,
    wanted: { readonly workspaceId: string; readonly ids: readonly string[] },
  ): Promise<ReadonlyMap<string, RowOwner>>;
  /** The ids of the rows within reach. */
  reachedIds(queryable: Queryable, reach: RowReach): Promise<readonly string[]>;
}

export interface RowGuard {
  /** Names of the events whose subject belongs to people. */
  readonly names: ReadonlySet<string>;
  /** Whose the subjects of these events are, by subject; one query for a domain, whatever the number of listeners. */
  owners(workspaceId: string, events: readonly StoredEvent[]): Promise<ReadonlyMap<string, RowOwner>>;
  /** What a page of the log keeps for this reach; undefined for one over all rows. */
  filter(reach: RowReach): Promise<EventPage['rows']>;
}

interface OwningDomain {
  readonly events: readonly EventShape[];
  readonly rows?: RowOwnership;
}

export function createRowGuard(queryable: Queryable, domains: readonly OwningDomain[]): RowGuard {
  const owning = domains.flatMap(({ events, rows }) =>
    rows ? [{ rows, names: new Set(events.map(({ name }) => name as string)) }] : [],
  );
  const names = new Set(owning.flatMap((domain) => [...domain.names]));
  return {
    names,
    async owners(workspaceId, events) {
      const found = new Map<string, RowOwner>();
      for (const domain of owning) {
        const ids = [...new Set(events.filter(({ name }) => domain.names.has(name)).map((event) => event.subjectId))];
        if (ids.length === 0) continue;
        for (const [id, owner] of await domain.rows.owners(queryable, { workspaceId, ids })) found.set(id, owner);
      }
      return found;
    },
    async filter(reach) {
      if (reach.rows.kind === 'all') return undefined;
      const reached: string[] = [];
      for (const { rows } of owning) reached.push(...(await rows.reachedIds(queryable, reach)));
      return { names: [...names], subjectIds: reached };
    },
  };
}
