/** A model being written: its targets line by line, what they add up to, and the versions before. */
import { Plus } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { formatDate, formatPercent, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Button, Drawer, FormProblem, NumberField, Select, TextField, toast } from '#web/ui';
import { planningTexts } from '../planning-texts.ts';
import { bpsOf, type ModelView, percentOf, planningWords, RISK_PROFILES, targetsLine } from './planning-view.ts';
import { EMPTY_LINE, type Line, lineOf, TargetLine, targetOf } from './target-line.tsx';

const REFRESHES = [
  'GET /api/models',
  'GET /api/models/:modelId',
  'GET /api/drifts',
  'GET /api/instrument-facts',
] as const;

const WHOLE_BPS = 10_000;

export function ModelEditor({ model, onClose }: { readonly model: ModelView | null; readonly onClose: () => void }) {
  const t = useTexts(planningTexts);
  const formId = useId();
  const canWrite = useCan('portfolios.model.write');
  const draft = useModelDraft(model, () => {
    toast.done({ title: t('modelSaved') });
    onClose();
  });
  const { save, isReady } = draft;
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={model?.name ?? t('newModel')}
      footer={
        canWrite && (
          <>
            {model && <ArchiveButton model={model} onClose={onClose} />}
            <Button onClick={onClose}>{t('cancel')}</Button>
            <Button kind="primary" type="submit" form={formId} disabled={!isReady} isBusy={save.isPending}>
              {model ? t('saveVersion', { version: model.version + 1 }) : t('save')}
            </Button>
          </>
        )
      }
    >
      <form id={formId} noValidate onSubmit={draft.submit} className="flex flex-col gap-4">
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField label={t('name')} value={draft.name} onChange={draft.setName} maxLength={120} />
          <Select
            label={t('riskProfile')}
            choices={RISK_PROFILES.map((value) => ({ value, label: t(`risk_${value}`) }))}
            value={draft.riskProfile}
            onChange={draft.setRiskProfile}
          />
        </div>
        <TargetLines lines={draft.lines} named={model?.targets ?? []} onChange={draft.setLines} />
        <div className="grid gap-3 sm:grid-cols-2">
          <NumberField
            label={t('outsideBand')}
            hint={t('outsideBandHint')}
            unit="%"
            value={draft.outside}
            onChange={draft.setOutside}
          />
          {model && <TextField label={t('note')} value={draft.note} onChange={draft.setNote} maxLength={500} />}
        </div>
        <FormProblem error={save.error} words={planningWords(t, save.error?.details)} />
      </form>
      {model && <History modelId={model.id} />}
    </Drawer>
  );
}

const totalOf = (lines: readonly Line[]): number => lines.reduce((total, line) => total + (bpsOf(line.weight) ?? 0), 0);

/** What is being written, whether it can be saved, and saving it. */
function useModelDraft(model: ModelView | null, onDone: () => void) {
  const [name, setName] = useState(model?.name ?? '');
  const [riskProfile, setRiskProfile] = useState<ModelView['riskProfile']>(model?.riskProfile ?? 'balanced');
  const [outside, setOutside] = useState<string | null>(percentOf(model?.outsideBandBps ?? 200));
  const [note, setNote] = useState('');
  const [lines, setLines] = useState<readonly Line[]>(model ? model.targets.map(lineOf) : [EMPTY_LINE(0)]);
  const create = useApiMutation('POST /api/models', { refreshes: REFRESHES, onDone });
  const change = useApiMutation('PUT /api/models/:modelId', { refreshes: REFRESHES, onDone });
  const targets = lines.map(targetOf);
  const outsideBandBps = bpsOf(outside);
  const isWhole = totalOf(lines) === WHOLE_BPS && targets.every((each) => each !== null);
  const isReady = name.trim() !== '' && isWhole && outsideBandBps !== null;
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (!isReady) return;
    const written = targets.filter((each) => each !== null);
    const body = { name: name.trim(), riskProfile, targets: written, outsideBandBps, note: note.trim() };
    if (model) change.mutate({ params: { modelId: model.id }, body, ifMatch: String(model.version) });
    else create.mutate({ body });
  };
  const fields = { name, setName, riskProfile, setRiskProfile, outside, setOutside, note, setNote, lines, setLines };
  return { ...fields, isReady, submit, save: model ? change : create };
}

function TargetLines({
  lines,
  named,
  onChange,
}: {
  readonly lines: readonly Line[];
  readonly named: ModelView['targets'];
  readonly onChange: (lines: readonly Line[]) => void;
}) {
  const t = useTexts(planningTexts);
  const totalBps = totalOf(lines);
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 text-sm font-medium">{t('targets')}</legend>
      {lines.map((line) => (
        <TargetLine
          key={line.id}
          line={line}
          named={named}
          onChange={(changed) => onChange(lines.map((each) => (each.id === changed.id ? changed : each)))}
          onRemove={() => onChange(lines.filter(({ id }) => id !== line.id))}
        />
      ))}
      <p className="flex flex-wrap items-center justify-between gap-2 text-sm">
        <Button
          size="sm"
          icon={Plus}
          onClick={() => onChange([...lines, EMPTY_LINE(Math.max(0, ...lines.map(({ id }) => id)) + 1)])}
        >
          {t('addTarget')}
        </Button>
        <span className={totalBps === WHOLE_BPS ? 'text-muted' : 'text-danger'} role="status">
          {t('totalIs', { total: formatPercent(totalBps / WHOLE_BPS) })}
        </span>
      </p>
    </fieldset>
  );
}

function ArchiveButton({ model, onClose }: { readonly model: ModelView; readonly onClose: () => void }) {
  const t = useTexts(planningTexts);
  const archive = useApiMutation('DELETE /api/models/:modelId', {
    refreshes: REFRESHES,
    onDone: () => {
      toast.done({ title: t('archived') });
      onClose();
    },
    onProblem: (problem) => {
      const said = planningWords(t)[problem.code];
      if (said) toast.failed(said);
      else toast.problem(problem);
    },
  });
  return (
    <Button kind="ghost" isBusy={archive.isPending} onClick={() => archive.mutate({ params: { modelId: model.id } })}>
      {t('archive')}
    </Button>
  );
}

function History({ modelId }: { readonly modelId: string }) {
  const t = useTexts(planningTexts);
  const found = useApi('GET /api/models/:modelId', { params: { modelId } });
  const earlier = (found.data?.versions ?? []).slice(1);
  if (earlier.length === 0) return null;
  return (
    <section className="mt-6">
      <h3 className="mb-2 text-sm font-medium">{t('history')}</h3>
      <ul className="flex flex-col gap-2 text-sm">
        {earlier.map((version) => (
          <li key={version.version} className="rounded-md border border-line p-3">
            <p className="font-medium">
              {t('versionOf', { version: version.version })} · {formatDate(version.recordedAtMs)} ·{' '}
              {version.recordedByName ?? t('byDemo')}
            </p>
            <p className="text-muted">{targetsLine(t, version)}</p>
            {version.note && <p>{version.note}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}
