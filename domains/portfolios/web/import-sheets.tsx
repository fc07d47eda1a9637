/** How each sheet is read: what it holds, what its columns mean with samples as written and as read, and open questions. */
import { useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Badge, Button, Card, FormProblem, RadioGroup, Select, Switch, TextField } from '#web/ui';
import { importTexts } from './import-texts.ts';
import {
  fieldChoices,
  type ImportDetail,
  type ImportMapping,
  type ImportSheet,
  importWords,
  layoutChoices,
  type SheetMapping,
  withField,
} from './import-words.ts';

export function ImportSheets({ detail, language }: { readonly detail: ImportDetail; readonly language: 'es' | 'en' }) {
  const t = useTexts(importTexts);
  const change = useApiMutation('PATCH /api/imports/:importId/mapping', {
    refreshes: ['GET /api/imports/:importId', 'GET /api/imports/:importId/rows'],
  });
  const { mapping } = detail;
  if (!mapping) return null;
  const save = (next: ImportMapping): void => change.mutate({ params: { importId: detail.id }, body: next });
  const saveSheet = (index: number, sheet: SheetMapping): void =>
    save({ ...mapping, sheets: mapping.sheets.map((old, at) => (at === index ? sheet : old)) });
  const hasHoldings = detail.sheets.some(
    ({ layout, isIncluded }) => isIncluded && layout !== 'transactions' && layout !== 'history',
  );
  return (
    <Card title={t('sheets')} isFlush>
      <FormProblem error={change.error} words={importWords(t)} />
      <div className="divide-y divide-line border-t border-line">
        {hasHoldings && <Defaults mapping={mapping} onSave={save} isBusy={change.isPending} />}
        {detail.sheets.map((sheet, index) => {
          const sheetMapping = mapping.sheets[index];
          const onSave = (next: SheetMapping): void => saveSheet(index, next);
          return sheetMapping && <SheetPart key={sheet.name} {...{ sheet, language, onSave }} mapping={sheetMapping} />;
        })}
      </div>
    </Card>
  );
}

function Defaults({
  mapping,
  onSave,
  isBusy,
}: {
  readonly mapping: ImportMapping;
  readonly onSave: (mapping: ImportMapping) => void;
  readonly isBusy: boolean;
}) {
  const t = useTexts(importTexts);
  const [openingDate, setOpeningDate] = useState(mapping.openingDate ?? '');
  const [accountName, setAccountName] = useState(mapping.accountName ?? '');
  const isChanged = openingDate !== (mapping.openingDate ?? '') || accountName.trim() !== (mapping.accountName ?? '');
  return (
    <form
      className="grid items-end gap-4 px-4 py-4 sm:grid-cols-[1fr_1fr_auto]"
      onSubmit={(submit) => {
        submit.preventDefault();
        onSave({ ...mapping, openingDate: openingDate || null, accountName: accountName.trim() || null });
      }}
    >
      <TextField type="date" label={t('openingDate')} value={openingDate} onChange={setOpeningDate} />
      <TextField
        label={t('accountName')}
        value={accountName}
        onChange={setAccountName}
        maxLength={120}
        placeholder="Principal"
      />
      <Button type="submit" disabled={!isChanged} isBusy={isBusy}>
        {t('apply')}
      </Button>
    </form>
  );
}

interface SheetProps {
  readonly sheet: ImportSheet;
  readonly mapping: SheetMapping;
  readonly language: 'es' | 'en';
  readonly onSave: (mapping: SheetMapping) => void;
}

/** One line per sheet; open when something in it waits for a person. */
function SheetPart(props: SheetProps) {
  const { sheet, mapping, language, onSave } = props;
  const t = useTexts(importTexts);
  const waits = sheet.questions.length > 0 || sheet.notes.some(({ severity }) => severity === 'warning');
  return (
    <details open={waits} className="px-4 py-3">
      <summary className="cursor-pointer text-sm">
        <span className="inline-flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1">
          <span className="font-semibold">{sheet.name.trim()}</span>
          <span className="text-muted">
            {sheet.isIncluded && sheet.layout !== null ? t(`layout_${sheet.layout}`) : t('leftOut')}
          </span>
          <span className="figures text-xs text-muted">
            {sheet.rowCount} {t('rowsCount', { count: sheet.rowCount })}
          </span>
          {waits && <Badge tone="warn">{t('question')}</Badge>}
        </span>
      </summary>
      <div className="mt-4 flex flex-col gap-4 pb-2">
        <div className="grid items-end gap-4 sm:grid-cols-2">
          <Select
            label={t('layout')}
            choices={layoutChoices(t)}
            value={mapping.layout ?? 'none'}
            onChange={(layout) =>
              onSave({ ...mapping, layout: layout === 'none' ? null : layout, isIncluded: layout !== 'none' })
            }
          />
          {sheet.layout !== null && (
            <Switch
              label={t('include')}
              isOn={mapping.isIncluded}
              onChange={(isIncluded) => onSave({ ...mapping, isIncluded })}
            />
          )}
        </div>
        {sheet.notes.map((note) => (
          <p
            key={`${note.code} ${note.message.en}`}
            className={note.severity === 'warning' ? 'text-sm text-warn' : 'text-sm text-muted'}
          >
            {note.message[language]}
          </p>
        ))}
        <Questions {...props} />
        {sheet.isIncluded && <Columns {...props} />}
      </div>
    </details>
  );
}

function Questions({ sheet, mapping, onSave }: SheetProps) {
  const t = useTexts(importTexts);
  return (
    <>
      {sheet.questions.includes('decimal_mark') && (
        <RadioGroup
          label={t('decimals')}
          value={mapping.decimalMark ?? ('' as ',')}
          choices={[
            { value: ',', label: t('decimalsComma') },
            { value: '.', label: t('decimalsDot') },
          ]}
          onChange={(decimalMark) => onSave({ ...mapping, decimalMark })}
        />
      )}
      {sheet.questions.includes('day_order') && (
        <RadioGroup
          label={t('days')}
          value={mapping.dayOrder ?? ('' as 'dmy')}
          choices={[
            { value: 'dmy', label: t('daysDmy') },
            { value: 'mdy', label: t('daysMdy') },
          ]}
          onChange={(dayOrder) => onSave({ ...mapping, dayOrder })}
        />
      )}
      {sheet.questions.includes('gain_unit') && (
        <RadioGroup
          label={t('gain')}
          value={mapping.gainUnit ?? ('' as 'percent')}
          choices={[
            { value: 'percent', label: t('gainPercent') },
            { value: 'ratio', label: t('gainRatio') },
            { value: 'money', label: t('gainMoney') },
          ]}
          onChange={(gainUnit) => onSave({ ...mapping, gainUnit })}
        />
      )}
    </>
  );
}

function Columns({ sheet, mapping, onSave }: SheetProps) {
  const t = useTexts(importTexts);
  const { layout } = sheet;
  if (layout === null) return null;
  const choices = fieldChoices(t, layout);
  return (
    <div className="overflow-x-auto">
      <table aria-label={t('columns')} className="w-full min-w-[40rem] text-sm">
        <thead>
          <tr className="text-left text-xs text-muted">
            {(['column', 'written', 'read', 'meaning'] as const).map((head) => (
              <th key={head} scope="col" className="px-2 py-1.5 font-medium">
                {t(head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sheet.columns.map((column) => (
            <tr key={column.column} className="border-t border-line align-middle">
              <th scope="row" className="px-2 py-1.5 text-left font-medium">
                <span className="mr-2 text-xs text-faint">{column.letter}</span>
                {column.header}
              </th>
              <td className="figures px-2 py-1.5 text-muted">
                {column.samples.map(({ written }) => written).join(' · ')}
              </td>
              <td className="figures px-2 py-1.5">{column.samples.map(({ read }) => read ?? '—').join(' · ')}</td>
              <td className="w-56 px-2 py-1.5">
                <Select
                  label={`${t('meaning')}: ${column.header || column.letter}`}
                  isLabelHidden
                  choices={choices}
                  value={column.field ?? 'none'}
                  onChange={(field) => onSave(withField(mapping, column.column, field))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
