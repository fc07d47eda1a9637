/** Entities found by name while somebody types: each domain searches its own, and a slow or failed one never blocks the others. */
import { FileSearch } from 'lucide-react';
import { useEffect, useState } from 'react';
import { domainWebs } from './catalogue.ts';
import type { Action } from './actions.ts';
import { isAllowed, useSession } from './session.ts';
import type { DomainWeb, FoundEntity } from './types.ts';
import { useGo } from './url-state.ts';

/** A line of the palette: something registered, or something found by name. */
export type PaletteEntry = Omit<Action, 'group'> & {
  readonly group: Action['group'] | 'found';
  readonly detail?: string;
};

const PAUSE_MS = 120; // Between two keys of a fast typist: search once, not per letter.
const TYPED_MIN = 2;

export function useFoundEntities(typed: string): {
  readonly entries: readonly PaletteEntry[];
  readonly isSearching: boolean;
} {
  const session = useSession();
  const go = useGo();
  const [found, setFound] = useState<readonly FoundEntity[]>([]);
  const [isSearching, setSearching] = useState(false);
  useEffect(() => {
    const searches = domainWebs.filter((web) => web.search && isAllowed(session, web.search.permission));
    if (typed.trim().length < TYPED_MIN || searches.length === 0) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      setSearching(true);
      void Promise.all(searches.map((web) => searchOne(web, typed, stop.signal))).then((results) => {
        if (stop.signal.aborted) return;
        setFound(results.flat());
        setSearching(false);
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [typed, session]);
  // What an earlier text found is kept until the next answer, but a cleared field shows none.
  const shown = typed.trim().length < TYPED_MIN ? [] : found;
  const entries = shown.map((entity): PaletteEntry => ({
    id: entity.id,
    group: 'found',
    label: entity.label,
    ...(entity.detail ? { detail: entity.detail } : {}),
    icon: FileSearch,
    run: () => go(entity.href),
  }));
  return { entries, isSearching };
}

async function searchOne(web: DomainWeb, typed: string, signal: AbortSignal): Promise<readonly FoundEntity[]> {
  try {
    const module = await web.search?.load();
    return (await module?.default(typed, signal)) ?? [];
  } catch {
    // The palette still offers everything else; the page itself shows the failure.
    return [];
  }
}
