/** Where the help of the page on screen is. */
import { useMatches } from '@tanstack/react-router';
import { helpPathOf } from './articles.ts';

export function usePageHelp(): string {
  return helpPathOf(useMatches().at(-1)?.staticData.page?.path);
}
