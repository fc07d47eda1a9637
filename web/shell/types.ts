/**
 * What a domain shows in the web app. Each domain has one `web/pages.ts` whose `domainWeb` the shell finds by itself
 * (`import.meta.glob`), so a new domain needs no edit here. Pages are lazy; only this metadata is in the first bundle.
 */
import type { DomainTexts } from '#web/i18n';
import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';

export interface PageRoute<Keys extends string> {
  /** TanStack Router path: `/carteras/$portfolioId`. */
  readonly path: `/${string}`;
  readonly permission: string;
  readonly titleKey: Keys;
  readonly load: () => Promise<{ readonly default: ComponentType }>;
  /** Present when the page has a place in the sidebar, the bottom bar and the palette. */
  readonly nav?: { readonly icon: LucideIcon; readonly order: number };
  /** `bare` pages have no sidebar or top bar and need nobody signed in: setup, sign-in. */
  readonly layout?: 'shell' | 'bare';
  /** Puts the page on the list of Ajustes instead of the sidebar, under this one-line description. */
  readonly settings?: { readonly icon: LucideIcon; readonly order: number; readonly detailKey: Keys };
}

/** Registered once; shows up in the palette, the `?` sheet and tooltips. */
export interface PaletteAction<Keys extends string> {
  readonly id: string;
  readonly labelKey: Keys;
  readonly permission: string;
  /** Chord such as `g c` or a key such as `n`. */
  readonly chord?: string;
  readonly href: `/${string}`;
}

export interface DomainWeb<Keys extends string = string> {
  readonly domain: string;
  readonly texts: DomainTexts<Keys>;
  readonly pages: readonly PageRoute<Keys>[];
  readonly actions?: readonly PaletteAction<Keys>[];
  /** Lazy components for Home, in order: rows that need a person, live tiles, and wide panels such as the wealth chart. */
  readonly home?: {
    readonly attention?: () => Promise<{ readonly default: ComponentType }>;
    readonly tiles?: () => Promise<{ readonly default: ComponentType }>;
    readonly panels?: () => Promise<{ readonly default: ComponentType }>;
    readonly order: number;
    readonly permission: string;
  };
}

/** Declares a domain's part of the web app; keeps the literal keys. */
export function defineDomainWeb<const Keys extends string>(web: DomainWeb<Keys>): DomainWeb<Keys> {
  return web;
}
