/** Which asset an operation is about: one that is held is known by its symbol and fills in the rest. */
import type { ReactNode } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Select, TextField } from '#web/ui';
import type { FieldsProps } from './operation-drawer.tsx';
import { ACTS_ON_HELD, KINDS } from './operation-form.ts';
import { portfolioTexts } from './texts.ts';

export function InstrumentFields({ form, portfolio, onChange }: FieldsProps) {
  const t = useTexts(portfolioTexts);
  const positions = useApi('GET /api/portfolios/:portfolioId/positions', { params: { portfolioId: portfolio.id } });
  const held = positions.data?.items ?? [];
  const find = (symbol: string) => {
    const code = symbol.trim().toUpperCase();
    return code === '' ? undefined : held.find((position) => position.symbol === code || position.isin === code);
  };
  const actsOnHeld = ACTS_ON_HELD.has(form.type);
  // Said as soon as it can be known, not when it is refused.
  const isUnknown = actsOnHeld && positions.data !== undefined && form.symbol.trim().length > 1 && !find(form.symbol);
  const takeSymbol = (symbol: string): void => {
    const found = find(symbol);
    const known = found && { kind: KINDS.find((kind) => kind === found.kind) ?? form.kind, name: found.name };
    const isOfOther = !found && find(form.symbol)?.name === form.name;
    onChange({ symbol, ...(known ?? (isOfOther ? { name: '' } : {})) });
  };
  return (
    <>
      <Pair>
        <TextField
          label={t('symbol')}
          hint={isUnknown ? t('unknownHeld') : t(actsOnHeld && held.length > 0 ? 'heldHint' : 'symbolHint')}
          value={form.symbol}
          onChange={takeSymbol}
          list="operation-assets"
          autoCapitalize="characters"
          autoComplete="off"
          spellCheck={false}
        />
        <Select
          label={t('kind')}
          choices={KINDS.map((value) => ({ value, label: t(`kind_${value}`) }))}
          value={form.kind}
          onChange={(kind) => onChange({ kind })}
        />
      </Pair>
      <datalist id="operation-assets">
        {held.map(({ instrumentId, symbol, isin, name }) => (
          <option key={instrumentId} value={symbol ?? isin ?? ''}>
            {name}
          </option>
        ))}
      </datalist>
      <TextField label={t('name')} value={form.name} onChange={(name) => onChange({ name })} maxLength={200} />
    </>
  );
}

/** Two fields side by side where there is room. */
export function Pair({ children }: { readonly children: ReactNode }) {
  return <div className="grid items-start gap-4 sm:grid-cols-2">{children}</div>;
}
