/**
 * What a domain shows in the web app. Each domain has one `web/pages.ts` whose `domainWeb` the shell finds by itself
 * (`import.meta.glob`), so a new domain needs no edit here. Pages are lazy; only this metadata is in the first bundle.
 */
import type { LucideIcon } from 'lucide-react';
import type { ComponentType } from 'react';
import type { DomainTexts } from '#web/i18n';

type LazyComponent = () => Promise<{ readonly default: ComponentType }>;

export const SETTINGS_GROUPS = ['people', 'connections', 'system'] as const;
export type SettingsGroup = (typeof SETTINGS_GROUPS)[number];

export interface PageRoute<Keys extends string> {
  /** TanStack Router path: `/carteras/$portfolioId`. */
  readonly path: `/${string}`;
  /** A permission of the catalogue, `session` for any signed-in person, `public` for anybody. */
  readonly permission: string;
  readonly titleKey: Keys;
  readonly load: LazyComponent;
  /** Present when the page has a place in the sidebar, the bottom bar and the palette. */
  readonly nav?: { readonly icon: LucideIcon; readonly order: number };
  /** `bare` pages have no sidebar or top bar: setup, sign-in. */
  readonly layout?: 'shell' | 'bare';
  /** Puts the page on the list of Ajustes instead of the sidebar, with one line that says what is there. */
  readonly settings?: {
    readonly icon: LucideIcon;
    readonly order: number;
    readonly detailKey: Keys;
    /** `system` unless told. */
    readonly group?: SettingsGroup;
  };
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

/** Something the palette finds by name: a client, a portfolio, an instrument. */
export interface FoundEntity {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  readonly href: `/${string}`;
}

export type EntitySearch = (typed: string, signal: AbortSignal) => Promise<readonly FoundEntity[]>;

/** Asks again who it is and says whether she proved it; identity brings it. */
export type StepUpDialog = ComponentType<{ readonly onSettled: (isProved: boolean) => void }>;

export interface DomainWeb<Keys extends string = string> {
  readonly domain: string;
  readonly texts: DomainTexts<Keys>;
  readonly pages: readonly PageRoute<Keys>[];
  /** Opens by itself when the server asks for a recent proof; the refused call is then repeated. */
  readonly stepUp?: () => Promise<{ readonly default: StepUpDialog }>;
  readonly actions?: readonly PaletteAction<Keys>[];
  /** Searched while somebody types in the palette; the module is loaded on the first key. */
  readonly search?: {
    readonly titleKey: Keys;
    readonly permission: string;
    readonly load: () => Promise<{ readonly default: EntitySearch }>;
  };
  /** Lazy components for Home, in order: rows that need a person, live tiles, and wide panels such as the wealth chart. */
  readonly home?: {
    readonly attention?: LazyComponent;
    readonly tiles?: LazyComponent;
    readonly panels?: LazyComponent;
    readonly order: number;
    readonly permission: string;
  };
}

/** Declares a domain's part of the web app; keeps the literal keys. */
export function defineDomainWeb<const Keys extends string>(web: DomainWeb<Keys>): DomainWeb<Keys> {
  return web;
}
