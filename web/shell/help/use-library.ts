/** The articles in the reader's language. */
import { useQuery } from '@tanstack/react-query';
import { usePreferences } from '#web/preferences';
import { openLibrary } from './library.ts';

export function useLibrary() {
  const { language } = usePreferences();
  return useQuery({
    queryKey: ['help', language],
    queryFn: () => openLibrary(language),
    staleTime: Infinity, // Part of the build.
    networkMode: 'always',
  });
}
