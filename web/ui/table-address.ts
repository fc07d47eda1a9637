/**
 * Order and filter of a table in the address, so that Back undoes them and a link shows the same rows. Each table writes under its own
 * name (`?posiciones.orden=-value&posiciones.filtro=btc`): several on one page do not meet. A table without a name keeps both to itself.
 */
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { SortChoice } from './table-model.ts';

const PAUSE_MS = 250; // The address changes after a word, not after each letter.
const UNSORTED = 'no';

export interface TableAddress {
  readonly typed: string;
  readonly setTyped: (typed: string) => void;
  readonly sort: SortChoice | null;
  readonly setSort: (sort: SortChoice | null) => void;
}

/** `columnIds` are those that may order; anything else in the address is ignored. */
export function useTableAddress(input: {
  readonly urlName: string | undefined;
  readonly initialSort: SortChoice | undefined;
  readonly columnIds: readonly string[];
}): TableAddress {
  const { urlName, initialSort = null, columnIds } = input;
  const [typed, setTyped] = useTyped(urlName);
  const [stored, store] = useStored(urlName, 'orden');
  const [ownSort, setOwnSort] = useState<SortChoice | null>(initialSort);
  const setSort = (sort: SortChoice | null): void => {
    if (urlName === undefined) setOwnSort(sort);
    else store(isSameSort(sort, initialSort) ? '' : writeSort(sort), false);
  };
  const sort = urlName === undefined ? ownSort : readSort(stored, initialSort, columnIds);
  return { typed, setTyped, sort, setSort };
}

/** What is typed shows at once and reaches the address after a pause; Back and Forward come the other way. */
function useTyped(urlName: string | undefined): readonly [string, (typed: string) => void] {
  const [stored, store] = useStored(urlName, 'filtro');
  const [typed, setTyped] = useState(stored);
  const [heard, setHeard] = useState(stored);
  const [written, setWritten] = useState(stored);
  if (stored !== heard) {
    setHeard(stored);
    // The echo of what was written here brings nothing new, and by then more letters may have been typed.
    if (stored !== written) setTyped(stored);
  }
  const latest = useRef(store);
  useEffect(() => {
    latest.current = store;
  });
  useEffect(() => {
    if (urlName === undefined || typed === stored) return undefined;
    const timer = setTimeout(() => {
      setWritten(typed);
      // Going on with a word is the same step of the history; starting or ending a filter is one of its own.
      latest.current(typed, typed !== '' && stored !== '');
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [urlName, typed, stored]);
  return [typed, setTyped];
}

function useStored(
  urlName: string | undefined,
  part: 'orden' | 'filtro',
): readonly [string, (value: string, isSameStep: boolean) => void] {
  const key = `${urlName}.${part}`;
  const stored = useSearch({
    strict: false,
    // A filter of digits is a number for whoever wrote the address by hand.
    select: (search: Readonly<Record<string, unknown>>) => textOf(urlName === undefined ? '' : search[key]),
  });
  const navigate = useNavigate();
  const store = (value: string, isSameStep: boolean): void => {
    const change = { [key]: value === '' ? undefined : value };
    void navigate({
      to: '.',
      search: (current: object) => ({ ...current, ...change }),
      replace: isSameStep,
      resetScroll: false,
    });
  };
  return [stored, store];
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function readSort(stored: string, initial: SortChoice | null, columnIds: readonly string[]): SortChoice | null {
  if (stored === UNSORTED) return null;
  const isDescending = stored.startsWith('-');
  const columnId = isDescending ? stored.slice(1) : stored;
  return columnIds.includes(columnId) ? { columnId, isDescending } : initial;
}

function writeSort(sort: SortChoice | null): string {
  if (!sort) return UNSORTED;
  return `${sort.isDescending ? '-' : ''}${sort.columnId}`;
}

function isSameSort(left: SortChoice | null, right: SortChoice | null): boolean {
  return left?.columnId === right?.columnId && left?.isDescending === right?.isDescending;
}
