/** How an endpoint wants to be served; closed until somebody needs it. */
import { useTexts } from '#web/i18n';
import { Checkbox, Select, TextArea, TextField } from '#web/ui';
import { type Draft, faultsOf } from './endpoint-draft.ts';
import { serviceTexts } from './service-texts.ts';

const ORDERINGS = ['none', 'endpoint', 'subject'] as const;

export function ServiceFields({
  draft,
  onChange,
}: {
  readonly draft: Draft;
  readonly onChange: (part: Partial<Draft>) => void;
}) {
  const t = useTexts(serviceTexts);
  const faults = faultsOf(draft);
  return (
    <>
      <TextArea
        label={t('conditions')}
        hint={t('conditionsHint')}
        rowCount={2}
        value={draft.conditions}
        onChange={(conditions) => onChange({ conditions })}
        error={faults.wrongLine === null ? undefined : t('conditionWrong', { line: faults.wrongLine })}
      />
      <details className="rounded-md border border-line px-3 py-2">
        <summary className="cursor-pointer text-sm font-medium">{t('advanced')}</summary>
        <div className="flex flex-col gap-4 pt-3">
          <Select
            label={t('ordering')}
            choices={ORDERINGS.map((value) => ({ value, label: t(`ordering_${value}`) }))}
            value={draft.ordering}
            onChange={(ordering) => onChange({ ordering })}
          />
          <TextField
            label={t('rate')}
            hint={t('rateHint')}
            inputMode="numeric"
            autoComplete="off"
            value={draft.rate}
            onChange={(rate) => onChange({ rate })}
            error={faults.isRateWrong ? t('numbersWrong') : undefined}
          />
          <TextField
            label={t('retries')}
            hint={t('retriesHint')}
            autoComplete="off"
            value={draft.retries}
            onChange={(retries) => onChange({ retries })}
            error={faults.areRetriesWrong ? t('numbersWrong') : undefined}
          />
          <Checkbox
            label={t('publicKey')}
            isChecked={draft.signsWithPublicKey}
            onChange={(signsWithPublicKey) => onChange({ signsWithPublicKey })}
          />
        </div>
      </details>
    </>
  );
}
