/** Adding one operation by hand; Ctrl+Enter saves from any field. */
import { Check } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { api, asProblem, useApiMutation, useRefresh } from '#web/api';
import { currentTimeMs, formatQuantity, useTexts } from '#web/i18n';
import { usePageAction } from '#web/shell';
import { Button, Drawer, FormProblem, Kbd, Money, NumberField, Select, TextField, toast } from '#web/ui';
import type { PortfolioView } from './figures-kpis.tsx';
import {
  ABOUT_TYPE,
  cashEffectOf,
  fieldsOf,
  fieldWordsOf,
  OPERATION_TYPES,
  operationBody,
  type OperationForm,
} from './operation-form.ts';
import { InstrumentFields, Pair } from './operation-instrument.tsx';
import { OperationLots } from './operation-lots.tsx';
import { OPERATION_READS } from './operations-table.tsx';
import { portfolioTexts } from './texts.ts';
import { portfolioWords, refusedText } from './words.ts';

interface OperationDrawerProps {
  readonly portfolio: PortfolioView;
  readonly onClose: () => void;
  /** Which portfolio, where the page does not say it. */
  readonly choice?: ReactNode;
  /** The chosen portfolio is still on its way: nothing can be saved. */
  readonly isWaiting?: boolean;
}

export function OperationDrawer({ portfolio, onClose, choice, isWaiting }: OperationDrawerProps) {
  const t = useTexts(portfolioTexts);
  const [typed, setTyped] = useState(() => emptyForm(portfolio.id));
  const own = ownOf(typed, portfolio);
  const form = formOf(own, portfolio);
  // One key per opened drawer: pressing save twice records once.
  const key = useRef(crypto.randomUUID());
  const save = useOperationSave(portfolio.id, onClose);
  const submit = (): void => {
    if (!save.isPending && !isWaiting)
      save.mutate({ params: { portfolioId: portfolio.id }, body: operationBody(form, key.current) });
  };
  usePageAction({
    id: 'portfolios.operation.save',
    label: t('operationSave'),
    icon: Check,
    keys: 'Ctrl+Enter',
    run: submit,
  });
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={t('addOperation')}
      description={choice ? undefined : portfolio.name}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" isBusy={save.isPending} onClick={submit}>
            {t('operationSave')} <Kbd keys="Ctrl+Enter" />
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {choice}
        <OperationFields form={form} portfolio={portfolio} onChange={(change) => setTyped({ ...own, ...change })} />
        <CashEffect form={form} />
        <SaveProblem error={save.error} />
      </form>
    </Drawer>
  );
}

/** Saves, and offers to take it back for ten seconds. */
function useOperationSave(portfolioId: string, onClose: () => void) {
  const t = useTexts(portfolioTexts);
  const refresh = useRefresh();
  return useApiMutation('POST /api/portfolios/:portfolioId/operations', {
    refreshes: OPERATION_READS,
    onDone: ({ operationId }) => {
      onClose();
      if (operationId === null) return toast.info({ title: t('recordedAgain') });
      toast.undoable({
        title: t('recorded'),
        onUndo: async () => {
          await api('POST /api/portfolios/:portfolioId/operations/:operationId/reversal', {
            params: { portfolioId, operationId },
          });
          await refresh(...OPERATION_READS);
        },
      });
    },
  });
}

interface RefusedFacts {
  readonly problems?: readonly { readonly code: string; readonly held?: unknown }[];
}

function SaveProblem({ error }: { readonly error: unknown }) {
  const t = useTexts(portfolioTexts);
  if (!error) return null;
  const [first] = (asProblem(error).details as RefusedFacts | undefined)?.problems ?? [];
  const held = typeof first?.held === 'string' ? formatQuantity(first.held) : '';
  const words = first
    ? { events_refused: { title: t('refused'), detail: refusedText(t, { code: first.code, held }) } }
    : {};
  return <FormProblem error={error} words={{ ...portfolioWords(t), ...words }} />;
}

/** What the cash will feel, before anything is saved. */
function CashEffect({ form }: { readonly form: OperationForm }) {
  const t = useTexts(portfolioTexts);
  const effect = cashEffectOf(form);
  if (effect === null || effect.isZero) return null;
  return (
    <p role="status" className="flex items-baseline justify-between gap-4 rounded-md bg-sunken px-3 py-2 text-sm">
      <span className="text-muted">{t(effect.sign < 0 ? 'cashOut' : 'cashIn')}</span>
      <span className="font-medium">
        <Money amount={effect.absolute().toString()} currency={form.currency} />
      </span>
    </p>
  );
}

export interface FieldsProps {
  readonly form: OperationForm;
  readonly portfolio: PortfolioView;
  readonly onChange: (change: Partial<OperationForm>) => void;
}

function OperationFields(props: FieldsProps) {
  const t = useTexts(portfolioTexts);
  const { form, portfolio, onChange } = props;
  const fields = fieldsOf(form.type);
  const words = fieldWordsOf(form.type);
  const about = form.type in ABOUT_TYPE ? ABOUT_TYPE[form.type as keyof typeof ABOUT_TYPE] : null;
  return (
    <>
      <Pair>
        <Select
          label={t('type')}
          choices={OPERATION_TYPES.map((value) => ({ value, label: t(`type_${value}`) }))}
          value={form.type}
          onChange={(type) => onChange({ type })}
        />
        <TextField label={t('date')} type="date" value={form.date} onChange={(date) => onChange({ date })} required />
      </Pair>
      {about && <p className="text-sm text-muted">{t(about)}</p>}
      <TextField
        label={t('account')}
        value={form.accountName}
        onChange={(accountName) => onChange({ accountName })}
        list="operation-accounts"
        maxLength={120}
        required
      />
      <datalist id="operation-accounts">
        {portfolio.accounts.map((account) => (
          <option key={account.id} value={account.name} />
        ))}
      </datalist>
      {fields.instrument !== 'none' && <InstrumentFields {...props} />}
      {fields.hasTarget && <TargetFields {...props} />}
      {fields.hasQuantity && (
        <Pair>
          <NumberField
            label={t(words.quantity ?? 'units')}
            value={form.quantity}
            onChange={(quantity) => onChange({ quantity })}
          />
          {fields.hasPrice && (
            <NumberField
              label={t(words.price ?? 'price')}
              unit={form.currency}
              value={form.price}
              onChange={(price) => onChange({ price })}
            />
          )}
        </Pair>
      )}
      {form.type === 'sell' && <OperationLots {...props} />}
      {fields.isSplit && (
        <TextField
          label={t('split')}
          hint={t('splitHint')}
          value={form.splitRatio}
          onChange={(splitRatio) => onChange({ splitRatio })}
        />
      )}
      <MoneyFields {...props} />
      <TextField label={t('note')} value={form.note} onChange={(note) => onChange({ note })} maxLength={500} />
    </>
  );
}

/** Where the units or the cost go. */
function TargetFields({ form, onChange }: FieldsProps) {
  const t = useTexts(portfolioTexts);
  return (
    <Pair>
      <TextField
        label={t('target')}
        hint={t('targetHint')}
        value={form.toSymbol}
        onChange={(toSymbol) => onChange({ toSymbol })}
        autoCapitalize="characters"
        spellCheck={false}
      />
      {fieldsOf(form.type).hasTargetUnits && (
        <NumberField
          label={t('targetUnits')}
          hint={t('targetUnitsHint')}
          value={form.toQuantity}
          onChange={(toQuantity) => onChange({ toQuantity })}
        />
      )}
    </Pair>
  );
}

function MoneyFields({ form, portfolio, onChange }: FieldsProps) {
  const t = useTexts(portfolioTexts);
  const fields = fieldsOf(form.type);
  const words = fieldWordsOf(form.type);
  const account = portfolio.accounts.find(({ name }) => name === form.accountName);
  const isForeign = form.currency !== (account?.currency ?? portfolio.baseCurrency);
  return (
    <>
      <Pair>
        {fields.hasAmount && (
          <NumberField
            label={t(words.amount ?? 'amount')}
            unit={form.currency}
            value={form.amount}
            onChange={(amount) => onChange({ amount })}
            {...(fields.hasPrice && !fields.hasTarget ? { hint: t('amountHint') } : {})}
          />
        )}
        <TextField
          label={t('currency')}
          value={form.currency}
          onChange={(text) => onChange({ currency: text.toUpperCase() })}
          maxLength={10}
        />
      </Pair>
      <Pair>
        <NumberField label={t('fee')} unit={form.currency} value={form.fee} onChange={(fee) => onChange({ fee })} />
        <NumberField label={t('tax')} unit={form.currency} value={form.tax} onChange={(tax) => onChange({ tax })} />
      </Pair>
      {isForeign && (
        <NumberField label={t('fx')} hint={t('fxHint')} value={form.fx} onChange={(fx) => onChange({ fx })} />
      )}
    </>
  );
}

/** What was typed; account and currency are the portfolio's own until somebody says otherwise. */
interface TypedForm extends Omit<OperationForm, 'accountName' | 'currency'> {
  readonly accountName?: string | undefined;
  readonly currency?: string | undefined;
  /** Whose account and lots these are: those of another portfolio say nothing here. */
  readonly portfolioId: string;
}

function ownOf(typed: TypedForm, portfolio: PortfolioView): TypedForm {
  return typed.portfolioId === portfolio.id
    ? typed
    : { ...typed, accountName: undefined, lots: {}, portfolioId: portfolio.id };
}

function formOf(own: TypedForm, portfolio: PortfolioView): OperationForm {
  const { portfolioId: _, ...typed } = own;
  const accountName = typed.accountName ?? portfolio.accounts[0]?.name ?? '';
  return { ...typed, accountName, currency: typed.currency ?? portfolio.baseCurrency };
}

function emptyForm(portfolioId: string): TypedForm {
  const now = new Date(currentTimeMs());
  const pad = (part: number): string => String(part).padStart(2, '0');
  return {
    type: 'buy',
    date: `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`,
    kind: 'crypto',
    symbol: '',
    name: '',
    quantity: null,
    splitRatio: '',
    price: null,
    amount: null,
    fee: null,
    tax: null,
    fx: null,
    toSymbol: '',
    toQuantity: null,
    lots: {},
    note: '',
    portfolioId,
  };
}
