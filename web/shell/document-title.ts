/** The tab's title: the page, then the product. */
import { createContext, use, useEffect } from 'react';

export const TitleContext = createContext<(title: string | null) => void>(() => undefined);

/** Names the tab after what the page shows (a portfolio's name); the route's own title returns when it leaves. */
export function usePageTitle(title: string | null | undefined): void {
  const setTitle = use(TitleContext);
  useEffect(() => {
    if (title === null || title === undefined) return undefined;
    setTitle(title);
    return () => setTitle(null);
  }, [title, setTitle]);
}
