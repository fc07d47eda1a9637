/**
 * Figures: money, percent, quantity, change, time. All tabular; money is blurred by the privacy eye; a stale figure has a dotted
 * underline and says since when; the unknown is a dash with a reason.
 */
import { type ReactNode } from 'react';
import {
  type DateStyle,
  formatAmount,
  formatCount,
  formatDate,
  formatMoney,
  formatPercent,
  formatPp,
  formatPrice,
  formatQuantity,
  formatRelative,
  signOnScreen,
  UNKNOWN_TEXT,
  useNow,
  useTexts,
} from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

interface FigureFacts {
  /** When the figure was true, if it is older than it should be. */
  readonly staleAtMs?: number | undefined;
  /** Why it is unknown, for the dash. */
  readonly reason?: string | undefined;
}

function Figure({
  text,
  isMoney,
  staleAtMs,
  reason,
  className,
}: FigureFacts & { readonly text: ReactNode; readonly isMoney?: boolean; readonly className?: string | undefined }) {
  const t = useTexts(uiTexts);
  const isUnknown = text === UNKNOWN_TEXT;
  const title = isUnknown
    ? (reason ?? t('unknownFigure'))
    : staleAtMs === undefined
      ? undefined
      : t('staleSince', { when: formatDate(staleAtMs, 'date-time') });
  return (
    <span
      className={cx(
        'figures whitespace-nowrap',
        staleAtMs !== undefined && 'stale',
        isUnknown && 'text-faint',
        className,
      )}
      data-money={isMoney ? '' : undefined}
      title={title}
    >
      {text}
      {title && <span className="sr-only"> ({title})</span>}
    </span>
  );
}

export interface MoneyProps extends FigureFacts {
  /** Exact decimal text. */
  readonly amount: string | null | undefined;
  readonly currency: string;
  readonly digits?: number;
  /** A change: signed and coloured. */
  readonly isChange?: boolean;
  /** Leaves the unit to the column head. */
  readonly isUnitHidden?: boolean;
  /** A unit price: more digits where cents would hide it. */
  readonly isPrice?: boolean;
}

export function Money({ amount, currency, digits, isChange, isUnitHidden, isPrice, ...facts }: MoneyProps) {
  usePreferences();
  const style = { ...(digits === undefined ? {} : { digits }), ...(isChange ? { sign: 'always' as const } : {}) };
  const text = isUnitHidden
    ? formatAmount(amount, style)
    : isPrice
      ? formatPrice(amount, currency, style)
      : formatMoney(amount, currency, style);
  const tone = isChange && amount ? toneOf(signOnScreen(amount, digits ?? 2)) : undefined;
  return <Figure text={text} isMoney={!isPrice} className={tone} {...facts} />;
}

export function Percent({
  ratio,
  digits,
  isChange,
  ...facts
}: FigureFacts & {
  /** `0.0345` (float or decimal text) is 3,45 %. */
  readonly ratio: number | string | null | undefined;
  readonly digits?: number;
  readonly isChange?: boolean;
}) {
  usePreferences();
  const text = formatPercent(ratio, {
    ...(digits === undefined ? {} : { digits }),
    sign: isChange ? 'always' : 'negative',
  });
  const tone = isChange && isKnown(ratio) ? toneOf(signOnScreen(ratio, (digits ?? 2) + 2)) : undefined;
  return <Figure text={text} className={tone} {...facts} />;
}

/** A difference of two percentages, in points. */
export function Points({ ratio, ...facts }: FigureFacts & { readonly ratio: number | string | null | undefined }) {
  usePreferences();
  return <Figure text={formatPp(ratio)} {...facts} />;
}

export function Quantity({
  quantity,
  unit,
  digits,
  ...facts
}: FigureFacts & {
  readonly quantity: string | null | undefined;
  readonly unit?: string;
  readonly digits?: number;
}) {
  usePreferences();
  const style = { ...(unit ? { unit } : {}), ...(digits === undefined ? {} : { digits }) };
  return <Figure text={formatQuantity(quantity, style)} isMoney {...facts} />;
}

export function Count({ count, ...facts }: FigureFacts & { readonly count: number | null | undefined }) {
  usePreferences();
  return <Figure text={formatCount(count)} {...facts} />;
}

function isKnown(value: number | string | null | undefined): value is number | string {
  return value !== null && value !== undefined && (typeof value === 'string' || Number.isFinite(value));
}

function toneOf(sign: -1 | 0 | 1): string {
  if (sign === 0) return 'text-muted';
  return sign > 0 ? 'text-gain' : 'text-loss';
}

/** A change, told three ways: sign, arrow and colour. Give a ratio, or an amount with its currency, or both. */
export function Delta({
  ratio,
  amount,
  currency,
  label,
}: {
  readonly ratio?: number | string | null;
  readonly amount?: string | null;
  readonly currency?: string;
  /** Since when: "este mes". */
  readonly label?: ReactNode;
}) {
  usePreferences();
  const t = useTexts(uiTexts);
  const measure = isKnown(amount) ? signOnScreen(amount, 2) : isKnown(ratio) ? signOnScreen(ratio, 4) : null;
  if (measure === null) return <Figure text={UNKNOWN_TEXT} />;
  const amountText = isKnown(amount) && currency ? formatMoney(amount, currency, { sign: 'always' }) : null;
  const ratioText = isKnown(ratio) ? formatPercent(ratio, { sign: 'always' }) : null;
  const word = measure === 0 ? t('same') : measure > 0 ? t('up') : t('down');
  return (
    <span className="figures inline-flex flex-wrap items-baseline gap-x-1.5">
      <span className={cx('inline-flex items-baseline gap-1.5 whitespace-nowrap', toneOf(measure))}>
        <Arrow sign={measure} />
        <span className="sr-only">{word} </span>
        {amountText && <span data-money="">{amountText}</span>}
        {ratioText && <span>{amountText ? `(${ratioText})` : ratioText}</span>}
      </span>
      {label && <span className="text-muted">{label}</span>}
    </span>
  );
}

function Arrow({ sign }: { readonly sign: -1 | 0 | 1 }) {
  if (sign === 0) return null;
  return (
    <svg viewBox="0 0 10 8" width="9" height="8" aria-hidden className={cx('self-center', sign < 0 && 'rotate-180')}>
      <path d="M5 0 10 8H0z" fill="currentColor" />
    </svg>
  );
}

/** A day or an instant, with the whole moment on hover. */
export function DateText({
  when,
  format = 'day',
}: {
  readonly when: number | string | null | undefined;
  readonly format?: DateStyle;
}) {
  usePreferences();
  if (when === null || when === undefined) return <Figure text={UNKNOWN_TEXT} />;
  const iso = typeof when === 'number' ? new Date(when).toISOString() : when;
  return (
    <time dateTime={iso} title={formatDate(when, 'full')} className="figures whitespace-nowrap">
      {formatDate(when, format)}
    </time>
  );
}

const RELATIVE_TICK_MS = 5_000;

/** `hace 3 h`, kept true while on screen. */
export function RelativeTime({ atMs }: { readonly atMs: number | null | undefined }) {
  usePreferences();
  const nowMs = useNow(RELATIVE_TICK_MS);
  if (atMs === null || atMs === undefined) return <Figure text={UNKNOWN_TEXT} />;
  return (
    <time
      dateTime={new Date(atMs).toISOString()}
      title={formatDate(atMs, 'full')}
      className="figures whitespace-nowrap"
    >
      {formatRelative(atMs, nowMs)}
    </time>
  );
}
