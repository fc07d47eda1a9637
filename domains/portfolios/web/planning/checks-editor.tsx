/** The checks of the workspace as a list to edit; all are saved at once, over the version that was read. */
import { Plus, Trash2 } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import {
  Async,
  Button,
  Checkbox,
  Drawer,
  FormProblem,
  IconButton,
  NumberField,
  type ProblemWords,
  Select,
  TextField,
  toast,
} from '#web/ui';
import { foresightTexts } from '../foresight-texts.ts';
import { planningTexts } from '../planning-texts.ts';
import { type Rule, ruleName, subjectName } from './checks-view.ts';
import { ASSET_CLASSES, bpsOf, percentOf } from './planning-view.ts';

const KINDS = [
  'position_max',
  'top_max',
  'currency_max',
  'region_max',
  'sector_max',
  'class_max',
  'class_min',
  'fees_max',
  'cash_min',
  'positions_min',
] as const;
const SEVERITIES = ['info', 'warning', 'urgent'] as const;
const ANY = 'any';

export function ChecksEditor({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(foresightTexts);
  const formId = useId();
  const read = useApi('GET /api/xray-rules');
  const [changed, setChanged] = useState<readonly Rule[] | null>(null);
  const rules = changed ?? read.data?.rules ?? [];
  const save = useApiMutation('PUT /api/xray-rules', {
    refreshes: ['GET /api/xray-rules', 'GET /api/portfolios/:portfolioId/xray'],
    onDone: () => {
      toast.done({ title: t('checksSaved') });
      onClose();
    },
  });
  const words: ProblemWords = {
    rules_not_valid: { title: t('rulesNotValid'), detail: t('rulesNotValidDetail') },
    version_mismatch: { title: t('changedElsewhere'), detail: t('changedDetail') },
  };
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (read.data && changed) save.mutate({ body: { rules: [...changed] }, ifMatch: String(read.data.version) });
  };
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={t('editChecks')}
      description={t('checksLead')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={changed === null} isBusy={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-3">
        <Async query={read}>
          {() => (
            <>
              {rules.map((rule) => (
                <RuleLine
                  key={rule.id}
                  rule={rule}
                  onChange={(next) => setChanged(rules.map((each) => (each.id === rule.id ? next : each)))}
                  onRemove={() => setChanged(rules.filter(({ id }) => id !== rule.id))}
                />
              ))}
              <span>
                <Button size="sm" icon={Plus} onClick={() => setChanged([...rules, newRule(rules)])}>
                  {t('addCheck')}
                </Button>
              </span>
            </>
          )}
        </Async>
        <FormProblem error={save.error} words={words} />
      </form>
    </Drawer>
  );
}

/** A check of a share, with an id that no other has. */
function newRule(rules: readonly Rule[]): Rule {
  let number = rules.length + 1;
  while (rules.some(({ id }) => id === `check-${number}`)) number += 1;
  const none = { subject: null, limitCount: null, limitAmount: null };
  return {
    id: `check-${number}`,
    kind: 'position_max',
    ...none,
    limitBps: 2_000,
    severity: 'warning',
    isEnabled: true,
  };
}

function RuleLine({
  rule,
  onChange,
  onRemove,
}: {
  readonly rule: Rule;
  readonly onChange: (rule: Rule) => void;
  readonly onRemove: () => void;
}) {
  const t = useTexts(foresightTexts);
  const set = (change: Partial<Rule>): void => onChange({ ...rule, ...change });
  const hasShare = rule.kind !== 'cash_min' && rule.kind !== 'positions_min';
  const hasCount = rule.kind === 'top_max' || rule.kind === 'positions_min';
  return (
    <div className="grid grid-cols-2 items-end gap-2 rounded-md border border-line p-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1.1fr)_auto]">
      <span className="col-span-2 sm:col-span-1">
        <Select
          label={t('kind')}
          choices={KINDS.map((value) => ({ value, label: t(`kind_${value}`, { count: 'N' }) }))}
          value={rule.kind}
          onChange={(kind) => set({ kind, subject: null })}
        />
      </span>
      <SubjectField rule={rule} onChange={(subject) => set({ subject })} />
      {hasShare && (
        <NumberField
          label={t('limit')}
          unit="%"
          value={rule.limitBps === null ? null : percentOf(rule.limitBps)}
          onChange={(text) => set({ limitBps: bpsOf(text) })}
        />
      )}
      {hasCount && (
        <NumberField
          label={t('count')}
          value={rule.limitCount === null ? null : String(rule.limitCount)}
          onChange={(text) => set({ limitCount: text === null ? null : Math.trunc(Number(text)) || null })}
        />
      )}
      {rule.kind === 'cash_min' && (
        <NumberField label={t('amount')} value={rule.limitAmount} onChange={(limitAmount) => set({ limitAmount })} />
      )}
      <Select
        label={t('severity')}
        choices={SEVERITIES.map((value) => ({ value, label: t(`severity_${value}`) }))}
        value={rule.severity}
        onChange={(severity) => set({ severity })}
      />
      <IconButton icon={Trash2} label={t('remove', { name: ruleName({ t }, rule) })} onClick={onRemove} />
      <span className="col-span-2 sm:col-span-5">
        <Checkbox label={t('isOn')} isChecked={rule.isEnabled} onChange={(isEnabled) => set({ isEnabled })} />
      </span>
    </div>
  );
}

/** Which class, region, sector or currency; any one of them where the check allows it. */
function SubjectField({
  rule,
  onChange,
}: {
  readonly rule: Rule;
  readonly onChange: (subject: string | null) => void;
}) {
  const t = useTexts(foresightTexts);
  const words = useTexts(planningTexts);
  if (rule.kind === 'currency_max') {
    return (
      <TextField
        label={t('about')}
        placeholder={t('any')}
        maxLength={3}
        value={rule.subject ?? ''}
        onChange={(text) => onChange(text === '' ? null : text.toUpperCase())}
      />
    );
  }
  const isClass = rule.kind === 'class_max' || rule.kind === 'class_min';
  const prefix = rule.kind === 'region_max' ? 'region_' : 'sector_';
  const parts = Object.keys(planningTexts.es).filter((key) => key.startsWith(prefix));
  const names = isClass ? [...ASSET_CLASSES] : parts.map((key) => key.slice(prefix.length));
  if (!isClass && rule.kind !== 'region_max' && rule.kind !== 'sector_max') return null;
  const choices = names.map((value) => ({ value, label: subjectName({ t, words }, rule, value) }));
  return (
    <Select
      label={t('about')}
      choices={isClass ? choices : [{ value: ANY, label: t('any') }, ...choices]}
      value={rule.subject ?? (isClass ? null : ANY)}
      onChange={(value) => onChange(value === ANY ? null : value)}
    />
  );
}
