/** Screen facts as hooks. */
import { useSyncExternalStore } from 'react';

/** True while the media query holds. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    () => matchMedia(query).matches,
  );
}

/** A phone: tables become cards, drawers become sheets. */
export function useIsPhone(): boolean {
  return useMedia('(max-width: 639px)');
}

let isPrinting = false;

/** True from the print dialog's opening to its close, so that virtual lists can draw everything. */
export function useIsPrinting(): boolean {
  const isPrintMedia = useMedia('print');
  const isAsked = useSyncExternalStore(
    (listener) => {
      const before = () => {
        isPrinting = true;
        listener();
      };
      const after = () => {
        isPrinting = false;
        listener();
      };
      addEventListener('beforeprint', before);
      addEventListener('afterprint', after);
      return () => {
        removeEventListener('beforeprint', before);
        removeEventListener('afterprint', after);
      };
    },
    () => isPrinting,
  );
  return isPrintMedia || isAsked;
}
