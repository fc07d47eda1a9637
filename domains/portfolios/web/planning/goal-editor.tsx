/** A goal being written. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Drawer, FormProblem, NumberField, type ProblemWords, Select, TextField, toast } from '#web/ui';
import { foresightTexts } from '../foresight-texts.ts';
import type { Goal } from './goals-tab.tsx';
import { bpsOf, percentOf } from './planning-view.ts';

const METHODS = ['parametric', 'bootstrap'] as const;
const REFRESHES = ['GET /api/goals', 'GET /api/portfolios/:portfolioId/goals/:goalId/simulation'] as const;

interface Draft {
  readonly portfolioId: string;
  readonly name: string;
  readonly targetAmount: string | null;
  readonly targetOn: string;
  readonly monthlyFlow: string | null;
  readonly inflation: string | null;
  readonly method: (typeof METHODS)[number];
  readonly expected: string | null;
  readonly spread: string | null;
  readonly seed: string | null;
}

function draftOf(goal: Goal | null): Draft {
  return {
    portfolioId: goal?.portfolioId ?? '',
    name: goal?.name ?? '',
    targetAmount: goal?.targetAmount ?? null,
    targetOn: goal?.targetOn ?? '',
    monthlyFlow: goal?.monthlyFlow ?? '0',
    inflation: percentOf(goal?.inflationBps ?? 200),
    method: goal?.method ?? 'parametric',
    expected: percentOf(goal?.returnBps ?? 500),
    spread: percentOf(goal?.volatilityBps ?? 1_400),
    seed: String(goal?.seed ?? 1),
  };
}

/** The request of a draft; null while something is missing. */
function bodyOf(draft: Draft) {
  const { name, targetAmount, targetOn, monthlyFlow, method } = draft;
  const [inflationBps, returnBps, volatilityBps] = [bpsOf(draft.inflation), bpsOf(draft.expected), bpsOf(draft.spread)];
  if (name.trim() === '' || targetAmount === null || targetOn === '' || monthlyFlow === null) return null;
  if (inflationBps === null || returnBps === null || volatilityBps === null) return null;
  const seed = Math.max(0, Math.trunc(Number(draft.seed ?? 1)));
  return {
    name: name.trim(),
    targetAmount,
    targetOn,
    monthlyFlow,
    inflationBps,
    method,
    returnBps,
    volatilityBps,
    seed,
  };
}

export function GoalEditor({ goal, onClose }: { readonly goal: Goal | null; readonly onClose: () => void }) {
  const t = useTexts(foresightTexts);
  const formId = useId();
  const portfolios = useApi('GET /api/portfolios');
  const [draft, setDraft] = useState<Draft>(draftOf(goal));
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const onDone = (): void => {
    toast.done({ title: t('goalSaved') });
    onClose();
  };
  const create = useApiMutation('POST /api/portfolios/:portfolioId/goals', { refreshes: REFRESHES, onDone });
  const change = useApiMutation('PUT /api/portfolios/:portfolioId/goals/:goalId', { refreshes: REFRESHES, onDone });
  const save = goal ? change : create;
  const body = bodyOf(draft);
  const isReady = body !== null && draft.portfolioId !== '';
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!isReady) return;
    const { portfolioId } = draft;
    if (goal) change.mutate({ params: { portfolioId, goalId: goal.id }, body, ifMatch: String(goal.version) });
    else create.mutate({ params: { portfolioId }, body });
  };
  const words: ProblemWords = {
    day_not_valid: { title: t('dayWrong'), detail: t('dayWrongDetail') },
    version_mismatch: { title: t('changedElsewhere'), detail: t('changedDetail') },
  };
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={goal?.name ?? t('newGoal')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={!isReady} isBusy={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField label={t('name')} value={draft.name} onChange={(name) => set({ name })} maxLength={120} />
        <Select
          label={t('portfolio')}
          choices={(portfolios.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={draft.portfolioId === '' ? null : draft.portfolioId}
          onChange={(portfolioId) => set({ portfolioId })}
          isDisabled={goal !== null}
        />
        <GoalFields draft={draft} onChange={set} />
        <FormProblem error={save.error} words={words} />
      </form>
    </Drawer>
  );
}

function GoalFields({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (change: Partial<Draft>) => void;
}) {
  const t = useTexts(foresightTexts);
  return (
    <div className="grid items-start gap-3 sm:grid-cols-2">
      <NumberField
        label={t('target')}
        hint={t('todayMoney')}
        value={draft.targetAmount}
        onChange={(targetAmount) => onChange({ targetAmount })}
      />
      <TextField label={t('when')} type="date" value={draft.targetOn} onChange={(targetOn) => onChange({ targetOn })} />
      <NumberField
        label={t('monthly')}
        hint={t('monthlyHint')}
        value={draft.monthlyFlow}
        onChange={(monthlyFlow) => onChange({ monthlyFlow })}
      />
      <NumberField
        label={t('inflation')}
        unit="%"
        value={draft.inflation}
        onChange={(inflation) => onChange({ inflation })}
      />
      <Select
        label={t('method')}
        choices={METHODS.map((value) => ({ value, label: t(`method_${value}`) }))}
        value={draft.method}
        onChange={(method) => onChange({ method })}
      />
      <NumberField label={t('seed')} hint={t('seedHint')} value={draft.seed} onChange={(seed) => onChange({ seed })} />
      {draft.method === 'parametric' && (
        <>
          <NumberField
            label={t('expected')}
            unit="%"
            value={draft.expected}
            onChange={(expected) => onChange({ expected })}
          />
          <NumberField label={t('spread')} unit="%" value={draft.spread} onChange={(spread) => onChange({ spread })} />
        </>
      )}
    </div>
  );
}
