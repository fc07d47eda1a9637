/**
 * Treemap: one box per part, its area the value, its colour the gain. Boxes are elements, not pixels: they take the focus (arrows walk,
 * Enter opens), keep their words in high contrast and on paper, and say in full what their label has no room for.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { formatPercent, useTexts } from '#web/i18n';
import { cx } from '#web/ui';
import { pageTexts } from './page-texts.ts';
import { squarify, type Tile } from './squarified.ts';

export interface Part {
  readonly id: string;
  readonly name: string;
  /** Short name for a small box. */
  readonly code: string;
  /** A float of the base currency, for its area only. */
  readonly weight: number;
  readonly weightRatio: number | null;
  readonly gainRatio: number | null;
  readonly onOpen?: (() => void) | undefined;
}

const HEIGHT_PX = 300;
const GAP_PX = 2;
const TITLE_FROM = { width: 64, height: 34 } as const;
const FIGURES_FROM = { width: 92, height: 56 } as const;
const CODE_FROM = { width: 40, height: 22 } as const;
/** Colour is full at a gain or loss of this size: beyond it a stronger one would tell nothing more. */
export const GAIN_FULL = 0.3;
const STRENGTH_MAX = 38; // Per cent of colour in the surface: the text on it keeps 7:1 in both themes.
const STRENGTH_MIN = 6;

export function Treemap({ parts, label }: { readonly parts: readonly Part[]; readonly label: string }) {
  const t = useTexts(pageTexts);
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [focused, setFocused] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const watch = new ResizeObserver(() => setWidth(element.clientWidth));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  const tiles = squarify(parts, width, HEIGHT_PX);
  const partOf = new Map(parts.map((part) => [part.id, part]));
  const current = Math.min(focused, tiles.length - 1);
  const walk = (press: KeyboardEvent<HTMLDivElement>): void => {
    const next = neighbourOf(tiles, current, press.key);
    if (next === null) return;
    press.preventDefault();
    setFocused(next);
    frame.current?.querySelectorAll<HTMLElement>('[data-tile]')[next]?.focus();
  };
  return (
    <div
      ref={frame}
      role="group"
      aria-label={`${label}. ${t('treemapHelp')}`}
      onKeyDown={walk}
      className="relative w-full"
      style={{ height: HEIGHT_PX }}
    >
      {tiles.map((tile, index) => {
        const part = partOf.get(tile.id);
        return (
          part && (
            <TreemapTile
              key={tile.id}
              tile={tile}
              part={part}
              isStop={index === current}
              onFocus={() => setFocused(index)}
            />
          )
        );
      })}
    </div>
  );
}

function TreemapTile({
  tile,
  part,
  isStop,
  onFocus,
}: {
  readonly tile: Tile;
  readonly part: Part;
  /** One stop for Tab; arrows reach the others. */
  readonly isStop: boolean;
  readonly onFocus: () => void;
}) {
  const t = useTexts(pageTexts);
  const weight = formatPercent(part.weightRatio, { digits: 1 });
  const gain = formatPercent(part.gainRatio, { digits: 1, sign: 'always' });
  const fits = (least: { readonly width: number; readonly height: number }): boolean =>
    tile.width >= least.width && tile.height >= least.height;
  const line = (text: string, isShown: boolean) => (
    <span className={isShown ? 'figures block w-full truncate text-xs' : 'sr-only'}>{text}</span>
  );
  const name = fits(TITLE_FROM) ? part.name : part.code;
  const words = (
    <>
      <span className={fits(CODE_FROM) ? 'block w-full truncate text-xs font-medium' : 'sr-only'}>{name}</span>
      {line(weight, fits(TITLE_FROM))}
      {line(gain, fits(FIGURES_FROM))}
    </>
  );
  const own = {
    'data-tile': '',
    tabIndex: isStop ? 0 : -1,
    onFocus,
    style: {
      left: tile.x,
      top: tile.y,
      width: Math.max(tile.width - GAP_PX, 1),
      height: Math.max(tile.height - GAP_PX, 1),
      background: colourOf(part.gainRatio),
    },
    className: cx(
      'absolute flex flex-col items-start overflow-hidden rounded-sm border border-transparent px-2 py-1.5 text-left text-fg forced-colors:border-[CanvasText]',
      'focus-visible:z-10 focus-visible:outline-2 focus-visible:outline-accent',
      part.onOpen && 'cursor-pointer hover:border-line-strong',
    ),
  };
  return part.onOpen ? (
    <button type="button" {...own} onClick={part.onOpen}>
      {words}
    </button>
  ) : (
    <div role="img" aria-label={t('tileOf', { name: part.name, weight, gain })} {...own}>
      {words}
    </div>
  );
}

/** Gain and loss in the reader's own two colours, stronger as they grow; unknown and nil are the sunken grey. */
export function colourOf(gainRatio: number | null): string {
  if (gainRatio === null || Math.abs(gainRatio) < 0.000_5) return 'var(--sunken)';
  const share = Math.min(Math.abs(gainRatio) / GAIN_FULL, 1);
  const strength = Math.round(STRENGTH_MIN + share * (STRENGTH_MAX - STRENGTH_MIN));
  return `color-mix(in oklab, var(--${gainRatio > 0 ? 'gain' : 'loss'}) ${strength}%, var(--surface))`;
}

/** The nearest box in the direction of an arrow; null for other keys and at the edge. */
function neighbourOf(tiles: readonly Tile[], from: number, key: string): number | null {
  const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (key === 'Home' || key === 'End') return key === 'Home' ? 0 : tiles.length - 1;
  const start = tiles[from];
  if (!direction || !start) return null;
  const [right = 0, down = 0] = direction;
  const middle = (tile: Tile): readonly [number, number] => [tile.x + tile.width / 2, tile.y + tile.height / 2];
  const [startX, startY] = middle(start);
  let nearest: { readonly index: number; readonly distance: number } | null = null;
  for (const [index, tile] of tiles.entries()) {
    const [x, y] = middle(tile);
    const ahead = (x - startX) * right + (y - startY) * down;
    const aside = Math.abs((x - startX) * down) + Math.abs((y - startY) * right);
    if (index === from || ahead <= 0) continue;
    // A box straight ahead wins over a closer one at an angle.
    const distance = ahead + aside * 2;
    if (nearest === null || distance < nearest.distance) nearest = { index, distance };
  }
  return nearest?.index ?? null;
}
