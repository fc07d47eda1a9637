/** What is wanted of a rebalancing: the mode in one press, everything else when it matters. */
import { Calculator } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { type ApiInput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Button, Card, NumberField, SegmentedControl, Select, toast } from '#web/ui';
import { rebalanceTexts } from '../rebalance-texts.ts';
import { bpsOf } from './planning-view.ts';

type Body = ApiInput<'POST /api/rebalance-proposals'>['body'];
const MODES = ['full', 'bands', 'cash_only'] as const;
const UNITS = ['by_kind', 'whole', 'fractional'] as const;
/** Stands for "the model it follows" in a list that has no empty choice. */
const OWN_MODEL = 'own';

export interface Wish {
  readonly mode: (typeof MODES)[number];
  readonly modelId: string | null;
  readonly contribution: string | null;
  readonly minTrade: string | null;
  readonly feeFixed: string | null;
  readonly feePercent: string | null;
  readonly taxPercent: string | null;
  readonly taxBudget: string | null;
  readonly units: (typeof UNITS)[number];
}

export const FIRST_WISH: Wish = {
  mode: 'full',
  modelId: null,
  contribution: null,
  minTrade: '100',
  feeFixed: null,
  feePercent: null,
  taxPercent: '19',
  taxBudget: null,
  units: 'by_kind',
};

/** The request of a wish; a figure that is no positive one counts as not typed. */
export function bodyOf(wish: Wish, portfolioIds: readonly string[]): Body {
  const positive = (text: string | null): string => (text === null || text.startsWith('-') ? '0' : text);
  return {
    portfolioIds: [...portfolioIds],
    modelId: wish.modelId,
    mode: wish.mode,
    contribution: wish.contribution ?? '0',
    minTrade: positive(wish.minTrade),
    feeFixed: positive(wish.feeFixed),
    feeBps: bpsOf(wish.feePercent) ?? 0,
    taxRateBps: bpsOf(wish.taxPercent) ?? 0,
    taxBudget: wish.taxBudget === null ? null : positive(wish.taxBudget),
    units: wish.units,
  };
}

export function RebalanceForm({
  wish,
  portfolioIds,
  isBusy,
  unit,
  onWish,
}: {
  readonly wish: Wish;
  readonly portfolioIds: readonly string[];
  readonly isBusy: boolean;
  /** Symbol of the base currency. */
  readonly unit: string;
  readonly onWish: (wish: Wish) => void;
}) {
  const t = useTexts(rebalanceTexts);
  const models = useApi('GET /api/models');
  const [draft, setDraft] = useState<Wish>(wish);
  const [hasMore, setMore] = useState(false);
  const set = (change: Partial<Wish>): void => setDraft((before) => ({ ...before, ...change }));
  /** Choices count at once; figures when they are asked for. */
  const choose = (change: Partial<Wish>): void => {
    set(change);
    onWish({ ...draft, ...change });
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    onWish(draft);
  };
  const choices = (models.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Card title={t('settings')}>
      <form noValidate onSubmit={submit} className="flex flex-col gap-4">
        <SegmentedControl
          label={t('mode')}
          segments={MODES.map((value) => ({ value, label: t(`mode_${value}`) }))}
          value={draft.mode}
          onChange={(mode) => choose({ mode })}
        />
        <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4">
          <Select
            label={t('model')}
            choices={[{ value: OWN_MODEL, label: t('modelOwn') }, ...choices]}
            value={draft.modelId ?? OWN_MODEL}
            onChange={(value) => choose({ modelId: value === OWN_MODEL ? null : value })}
          />
          <MoneyFields unit={unit} draft={draft} onChange={set} />
          {hasMore && <MoreFields unit={unit} draft={draft} onChange={set} />}
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Button kind="primary" type="submit" icon={Calculator} isBusy={isBusy}>
            {t('calculate')}
          </Button>
          <Button kind="ghost" aria-expanded={hasMore} onClick={() => setMore(!hasMore)}>
            {t(hasMore ? 'less' : 'more')}
          </Button>
          {draft.modelId !== null && portfolioIds.length === 1 && (
            <FollowButton
              portfolioId={portfolioIds[0] ?? ''}
              model={models.data?.items.find(({ id }) => id === draft.modelId)}
            />
          )}
        </div>
      </form>
    </Card>
  );
}

interface FieldsProps {
  readonly unit: string;
  readonly draft: Wish;
  readonly onChange: (change: Partial<Wish>) => void;
}

function MoneyFields({ unit, draft, onChange }: FieldsProps) {
  const t = useTexts(rebalanceTexts);
  return (
    <>
      <NumberField
        label={t('contribution')}
        hint={t('contributionHint')}
        unit={unit}
        value={draft.contribution}
        onChange={(contribution) => onChange({ contribution })}
      />
      <NumberField
        label={t('minTrade')}
        unit={unit}
        value={draft.minTrade}
        onChange={(minTrade) => onChange({ minTrade })}
      />
      <NumberField
        label={t('taxBudget')}
        hint={t('taxBudgetHint')}
        unit={unit}
        value={draft.taxBudget}
        onChange={(taxBudget) => onChange({ taxBudget })}
      />
    </>
  );
}

function MoreFields({ unit, draft, onChange }: FieldsProps) {
  const t = useTexts(rebalanceTexts);
  return (
    <>
      <NumberField
        label={t('feeFixed')}
        unit={unit}
        value={draft.feeFixed}
        onChange={(feeFixed) => onChange({ feeFixed })}
      />
      <NumberField
        label={t('feeRate')}
        unit="%"
        value={draft.feePercent}
        onChange={(feePercent) => onChange({ feePercent })}
      />
      <NumberField
        label={t('taxRate')}
        unit="%"
        value={draft.taxPercent}
        onChange={(taxPercent) => onChange({ taxPercent })}
      />
      <Select
        label={t('units')}
        choices={UNITS.map((value) => ({ value, label: t(`units_${value}`) }))}
        value={draft.units}
        onChange={(units) => onChange({ units })}
      />
    </>
  );
}

/** A model tried on a portfolio becomes the one it follows. */
function FollowButton({
  portfolioId,
  model,
}: {
  readonly portfolioId: string;
  readonly model: { readonly id: string; readonly name: string } | undefined;
}) {
  const t = useTexts(rebalanceTexts);
  const canAssign = useCan('portfolios.plan.write');
  const assign = useApiMutation('PUT /api/portfolios/:portfolioId/model', {
    refreshes: ['GET /api/drifts', 'GET /api/models', 'POST /api/rebalance-proposals'],
    onDone: () => toast.done({ title: t('followed', { name: model?.name ?? '' }) }),
    onProblem: (problem) => toast.problem(problem),
  });
  if (!canAssign || !model) return null;
  return (
    <Button
      isBusy={assign.isPending}
      onClick={() => assign.mutate({ params: { portfolioId }, body: { modelId: model.id } })}
    >
      {t('follow')}
    </Button>
  );
}
