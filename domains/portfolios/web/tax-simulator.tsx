/** ¿Y si vendo?: lots, gain, what would wait, and the year before and after, by every method. Records nothing. */
import { type ReactNode, type SubmitEvent, useId, useMemo, useState } from 'react';
import { Decimal } from '#kernel';
import { useApi, useApiMutation } from '#web/api';
import { formatDate, formatQuantity, useTexts } from '#web/i18n';
import {
  Badge,
  Button,
  Drawer,
  FormProblem,
  Money,
  NumberField,
  SegmentedControl,
  Select,
  Table,
  TextField,
} from '#web/ui';
import type { PositionRow } from './price-cell.tsx';
import { partColumns } from './tax-tables.tsx';
import { taxTexts } from './tax-texts.ts';
import { type Simulation, taxWords } from './tax-view.ts';

interface SimulatorProps {
  readonly portfolioId: string;
  /** The asset to begin with; anything else leaves the choice. */
  readonly instrumentId: string;
  readonly onClose: () => void;
}

/** What a person has typed; figures are exact decimal text. */
interface Typed {
  readonly instrumentId: string | null;
  readonly quantity: string | null;
  readonly price: string | null;
  readonly fee: string | null;
  readonly date: string;
}
const NOTHING: Typed = { instrumentId: null, quantity: null, price: null, fee: null, date: '' };

export function TaxSimulator({ portfolioId, instrumentId: asked, onClose }: SimulatorProps) {
  const t = useTexts(taxTexts);
  const formId = useId();
  const positions = useApi('GET /api/portfolios/:portfolioId/positions', { params: { portfolioId } });
  const [typed, setTyped] = useState(NOTHING);
  const simulate = useApiMutation('POST /api/portfolios/:portfolioId/tax/simulate');
  const held = positions.data?.items ?? [];
  const position = held.find(({ instrumentId }) => instrumentId === (typed.instrumentId ?? asked));
  const priceCurrency = position?.price.state === 'priced' ? position.price.currency : positions.data?.currency;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!position || simulate.isPending) return;
    const { instrumentId } = position;
    simulate.mutate({ params: { portfolioId }, body: { instrumentId, ...bodyOf(typed, priceCurrency) } });
  };
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={t('simulateTitle')}
      description={t('simulateLead')}
      footer={
        <>
          <Button onClick={onClose}>{t('close')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={simulate.isPending} disabled={!position}>
            {t('compute')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Fields
          held={held}
          typed={{ ...typed, instrumentId: position?.instrumentId ?? null }}
          priceCurrency={priceCurrency}
          onChange={(change) => setTyped({ ...typed, ...change })}
        />
        <FormProblem error={simulate.error} words={taxWords(t)} />
      </form>
      {simulate.data && <Outcome simulation={simulate.data} />}
    </Drawer>
  );
}

function bodyOf({ quantity, price, fee, date }: Typed, currency: string | undefined) {
  return {
    quantity: quantity ?? '0',
    ...(price !== null && { price, ...(currency !== undefined && { currency }) }),
    ...(fee !== null && { fee }),
    ...(date !== '' && { date }),
  };
}

interface FieldsProps {
  readonly held: readonly PositionRow[];
  readonly typed: Typed;
  readonly priceCurrency: string | undefined;
  readonly onChange: (change: Partial<Typed>) => void;
}

function Fields({ held, typed, priceCurrency, onChange }: FieldsProps) {
  const t = useTexts(taxTexts);
  return (
    <>
      <Select
        label={t('asset')}
        placeholder={t('chooseAsset')}
        choices={held.map(({ instrumentId, name, quantity }) => ({
          value: instrumentId,
          label: name,
          detail: formatQuantity(quantity),
        }))}
        value={typed.instrumentId}
        onChange={(instrumentId) => onChange({ instrumentId })}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <NumberField label={t('units')} value={typed.quantity} onChange={(quantity) => onChange({ quantity })} />
        <NumberField
          label={t('price')}
          hint={t('priceHint')}
          value={typed.price}
          onChange={(price) => onChange({ price })}
          {...(priceCurrency !== undefined && { unit: priceCurrency })}
        />
        <TextField label={t('date')} type="date" value={typed.date} onChange={(date) => onChange({ date })} />
        <NumberField label={t('fee')} value={typed.fee} onChange={(fee) => onChange({ fee })} />
      </div>
    </>
  );
}

function Outcome({ simulation }: { readonly simulation: Simulation }) {
  const t = useTexts(taxTexts);
  const { methods, currency, jurisdiction } = simulation;
  const applied = methods.find(({ isAllowed }) => isAllowed) ?? methods[0];
  const [method, setMethod] = useState(applied?.method ?? 'fifo');
  const shown = methods.find((each) => each.method === method) ?? applied;
  const columns = useMemo(() => partColumns(t, currency).filter(({ id }) => LOT_COLUMNS.includes(id)), [t, currency]);
  if (!shown) return null;
  return (
    <div role="status" className="mt-6 flex flex-col gap-4">
      <SegmentedControl
        label={t('method')}
        segments={methods.map((each) => ({ value: each.method, label: t(`method_${each.method}`) }))}
        value={shown.method}
        onChange={setMethod}
      />
      {!shown.isAllowed && applied && (
        <Badge tone="warn">
          {t('notAllowed', { country: t(`country_${jurisdiction}`), method: t(`method_${applied.method}`) })}
        </Badge>
      )}
      <Figures simulation={simulation} method={shown} />
      <WindowText simulation={simulation} />
      <Table title={t('lotsUsed')} columns={columns} rows={shown.lots} rowId={(lot) => lot.openedBy} isPlain />
    </div>
  );
}

const LOT_COLUMNS = ['acquiredOn', 'quantity', 'acquisitionValue', 'transmissionValue', 'gain', 'deferred', 'counted'];

function Figures({
  simulation,
  method,
}: {
  readonly simulation: Simulation;
  readonly method: Simulation['methods'][number];
}) {
  const t = useTexts(taxTexts);
  const { currency, year } = simulation;
  const { gain, deferred, released, before, after } = method;
  const money = (amount: string | null, isChange = false): ReactNode => (
    <Money amount={amount} currency={currency} isChange={isChange} reason={t('rateUnknown')} />
  );
  const rows = [
    [t('yearGains', { year: String(year) }), before.gains, after.gains],
    [t('yearBase'), before.base, after.base],
    [t('yearTax'), before.savingsTax, after.savingsTax],
  ] as const;
  return (
    <>
      <dl className="flex flex-col gap-1.5 text-sm">
        <Line name={t('lotGain')}>{money(gain, true)}</Line>
        <Line name={t('lotDeferred')}>{money(deferred)}</Line>
        <Line name={t('lotReleased')}>{money(released)}</Line>
      </dl>
      <table className="w-full text-sm">
        <thead>
          <tr className="text-muted">
            <td />
            <th scope="col" className="py-1 text-right font-medium">
              {t('before')}
            </th>
            <th scope="col" className="py-1 text-right font-medium">
              {t('after')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows
            .filter(([, was, is]) => was !== null || is !== null)
            .map(([name, was, is]) => (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="py-1.5 text-left font-normal text-muted">
                  {name}
                </th>
                <td className="figures py-1.5 text-right">{money(was)}</td>
                <td className="figures py-1.5 text-right font-semibold">{money(is)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </>
  );
}

function Line({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex items-baseline justify-between gap-4">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The rule of repurchases for this sale, in one sentence. */
function WindowText({ simulation: { window } }: { readonly simulation: Simulation }) {
  const t = useTexts(taxTexts);
  if (!window) return null;
  const units = Decimal.sum(window.bought.map(({ quantity }) => Decimal.from(quantity)));
  const days = { from: formatDate(window.from), until: formatDate(window.until) };
  return (
    <p className="rounded-md bg-info-soft px-4 py-2.5 text-sm text-info">
      {units.sign > 0 ? t('windowBought', { ...days, units: formatQuantity(units.toString()) }) : t('windowSafe', days)}
    </p>
  );
}
