/** Rows of a long list: only those in sight exist; the rest is two empty rows of the right height. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { usePreferences } from '#web/preferences';
import { useEffect, useRef } from 'react';
import { BodyRow, focusRow, useRowWalk, type VirtualBodyProps } from './table-body.tsx';

const ROW_PX = { comfortable: 40, compact: 32, dense: 28 } as const;
const OVERSCAN = 12;

export function VirtualBody<Row extends object>(props: VirtualBodyProps<Row>) {
  const { model, scroller, columns, selectionActions, focusedIndex } = props;
  const section = useRef<HTMLTableSectionElement>(null);
  const { density } = usePreferences();
  const rowPx = ROW_PX[density];
  const virtualizer = useVirtualizer({
    count: model.shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    getItemKey: (index) => model.shown[index]?.id ?? index,
    overscan: OVERSCAN,
    initialRect: { width: 800, height: 600 },
  });
  const walk = useRowWalk(props, (index) => virtualizer.scrollToIndex(index));
  useEffect(() => {
    if (focusedIndex.current !== null && section.current) focusRow(section.current, focusedIndex.current);
    focusedIndex.current = null;
  }, [focusedIndex]);
  const items = virtualizer.getVirtualItems();
  const beforePx = items[0]?.start ?? 0;
  const afterPx = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0);
  // One more than there are columns would make the browser add an empty one.
  const span = columns.length + (selectionActions === undefined ? 0 : 1);
  return (
    <tbody ref={section} onKeyDown={walk.onKeyDown}>
      <Gap heightPx={beforePx} span={span} />
      {items.map(({ index }) => {
        const item = model.shown[index];
        return item && <BodyRow key={item.id} {...props} item={item} index={index} walk={walk} />;
      })}
      <Gap heightPx={afterPx} span={span} />
    </tbody>
  );
}

function Gap({ heightPx, span }: { readonly heightPx: number; readonly span: number }) {
  if (heightPx <= 0) return null;
  return (
    <tr aria-hidden>
      <td colSpan={span} style={{ height: heightPx, padding: 0 }} />
    </tr>
  );
}
