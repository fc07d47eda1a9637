/**
 * Jurisdictions as data: which lots a sale takes, across which accounts, in which currency, and what a repurchase does to a
 * loss. A rule that is not here is not applied; a country that is not here is `OTHER`, where everything can be chosen.
 * Sources: ES Ley 35/2006 del IRPF (LIRPF), arts. 25.2, 33.5 and 37.2; DE § 20 Abs. 4 Satz 7 EStG; FR art. 150-0 D CGI.
 */
import type { InstrumentKind } from '../ledger-event.ts';
import { LOT_METHODS, type LotMethod } from '../lot.ts';

export const JURISDICTION_CODES = ['ES', 'DE', 'FR', 'OTHER'] as const;
export type JurisdictionCode = (typeof JURISDICTION_CODES)[number];

/** Where a security is traded, as far as the rule of repurchases asks: `exempt` is under none. */
export const LISTINGS = ['listed', 'unlisted', 'exempt'] as const;
export type Listing = (typeof LISTINGS)[number];

/** A loss waits while the same security is bought within so many months before or after the sale. */
export interface RepurchaseRule {
  readonly months: number;
  readonly source: string;
}

export interface Jurisdiction {
  readonly code: JurisdictionCode;
  /** What may be chosen; the first is taken when nobody chose. */
  readonly methods: readonly LotMethod[];
  /** Whether a sale that names its lots is taken at its word. */
  readonly allowsNamedLots: boolean;
  /** The lots of all accounts are one: what was bought first anywhere goes first. */
  readonly poolsAccounts: boolean;
  /** Currency of the return; null is the portfolio's own. */
  readonly currency: string | null;
  readonly repurchase: Readonly<Record<Listing, RepurchaseRule | null>>;
}

const NO_RULE = { listed: null, unlisted: null, exempt: null };

export const JURISDICTIONS: Readonly<Record<JurisdictionCode, Jurisdiction>> = {
  ES: {
    code: 'ES',
    methods: ['fifo'], // LIRPF art. 37.2; also for coins (DGT V1604-18), wherever they are held.
    allowsNamedLots: false,
    poolsAccounts: true,
    currency: 'EUR',
    repurchase: {
      listed: { months: 2, source: 'LIRPF art. 33.5.f' },
      unlisted: { months: 12, source: 'LIRPF art. 33.5.g' },
      exempt: null,
    },
  },
  DE: {
    code: 'DE',
    methods: ['fifo'],
    allowsNamedLots: false,
    poolsAccounts: false,
    currency: 'EUR',
    repurchase: NO_RULE,
  },
  FR: {
    code: 'FR',
    methods: ['average'],
    allowsNamedLots: false,
    poolsAccounts: false,
    currency: 'EUR',
    repurchase: NO_RULE,
  },
  OTHER: {
    code: 'OTHER',
    methods: LOT_METHODS,
    allowsNamedLots: true,
    poolsAccounts: false,
    currency: null,
    repurchase: NO_RULE,
  },
};

/**
 * Where an instrument of a kind is taken to be traded until somebody says otherwise. Units of funds have no market of their
 * own; coins are no securities (values are what art. 33.5.f and g name).
 */
export const LISTING_BY_KIND: Readonly<Record<InstrumentKind, Listing>> = {
  stock: 'listed',
  etf: 'listed',
  bond: 'listed',
  other: 'listed',
  fund: 'unlisted',
  crypto: 'exempt',
  cash: 'exempt',
};
