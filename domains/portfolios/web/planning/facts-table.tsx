/** What every instrument is made of, and the drawer where people say it. */
import { Plus, Trash2 } from 'lucide-react';
import { type SubmitEvent, useId, useMemo, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { formatPercent, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import {
  Button,
  type Column,
  Drawer,
  EmptyState,
  FormProblem,
  IconButton,
  NumberField,
  Percent,
  Select,
  Table,
  toast,
} from '#web/ui';
import { type PlanningKey, planningTexts } from '../planning-texts.ts';
import { ASSET_CLASSES, bpsOf, type Breakdown, type FactsRow, partName, percentOf } from './planning-view.ts';

const SHOWN_PARTS = 2;
const KEYS = Object.keys(planningTexts.es);

export function FactsTable() {
  const t = useTexts(planningTexts);
  const facts = useApi('GET /api/instrument-facts');
  const [opened, setOpened] = useState<FactsRow | null>(null);
  const canWrite = useCan('portfolios.model.write');
  const columns = useMemo(() => factsColumns(t), [t]);
  return (
    <>
      <Table
        title={t('facts')}
        urlName="composicion"
        columns={columns}
        rows={facts.data?.items}
        rowId={({ instrument }) => instrument.id}
        {...(canWrite ? { onOpen: setOpened } : {})}
        error={facts.error}
        onRetry={() => void facts.refetch()}
        empty={<EmptyState title={t('noFacts')} />}
      />
      {opened && <FactsDrawer facts={opened} onClose={() => setOpened(null)} />}
    </>
  );
}

function partsLine(t: Translate<PlanningKey>, kind: 'region' | 'sector', parts: Breakdown): string {
  const sorted = Object.entries(parts).toSorted(([, a], [, b]) => b - a);
  const shown = sorted
    .slice(0, SHOWN_PARTS)
    .map(([name, bps]) => `${partName(t, kind, name, planningTexts.es)} ${formatPercent(bps / 10_000, { digits: 0 })}`);
  return [...shown, ...(sorted.length > SHOWN_PARTS ? ['…'] : [])].join(' · ');
}

function factsColumns(t: Translate<PlanningKey>): Column<FactsRow>[] {
  return [
    {
      id: 'instrument',
      head: t('instrument'),
      card: 'title',
      value: ({ instrument }) => `${instrument.name} ${instrument.symbol ?? ''}`.trim(),
      cell: ({ instrument }) => (
        <span className="flex min-w-0 flex-col">
          <span className="truncate font-medium">{instrument.name}</span>
          {instrument.symbol && <span className="text-xs text-muted">{instrument.symbol}</span>}
        </span>
      ),
    },
    {
      id: 'class',
      head: t('assetClass'),
      widthPx: 170,
      value: ({ assetClass }) => t(`class_${assetClass}`),
      cell: ({ assetClass, classSource }) => (
        <span>
          {t(`class_${assetClass}`)}{' '}
          {classSource !== 'stated' && (
            <span className="text-xs text-muted">({t(classSource === 'kind' ? 'classKind' : 'classUnknown')})</span>
          )}
        </span>
      ),
    },
    { id: 'regions', head: t('regions'), widthPx: 230, value: ({ regions }) => partsLine(t, 'region', regions) },
    { id: 'sectors', head: t('sectors'), widthPx: 230, value: ({ sectors }) => partsLine(t, 'sector', sectors) },
    {
      id: 'fee',
      head: t('feeYear'),
      kind: 'number',
      widthPx: 120,
      card: 'figure',
      value: ({ feeBps }) => feeBps,
      cell: ({ feeBps }) => <Percent ratio={feeBps === null ? null : feeBps / 10_000} />,
    },
  ];
}

interface PartLine {
  readonly id: number;
  readonly name: string;
  readonly weight: string | null;
}

const linesOf = (parts: Breakdown): PartLine[] =>
  Object.entries(parts).map(([name, bps], id) => ({ id, name, weight: percentOf(bps) }));

function FactsDrawer({ facts, onClose }: { readonly facts: FactsRow; readonly onClose: () => void }) {
  const t = useTexts(planningTexts);
  const formId = useId();
  const [assetClass, setAssetClass] = useState(facts.assetClass);
  const [regions, setRegions] = useState<readonly PartLine[]>(linesOf(facts.regions));
  const [sectors, setSectors] = useState<readonly PartLine[]>(linesOf(facts.sectors));
  const [charge, setCharge] = useState<string | null>(facts.feeBps === null ? null : percentOf(facts.feeBps));
  const save = useApiMutation('PUT /api/instrument-facts/:instrumentId', {
    refreshes: ['GET /api/instrument-facts', 'GET /api/drifts'],
    onDone: () => {
      toast.done({ title: t('factsSaved') });
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const partsOf = (lines: readonly PartLine[]): Record<string, number> =>
      Object.fromEntries(lines.flatMap(({ name, weight }) => (bpsOf(weight) ? [[name, bpsOf(weight) ?? 0]] : [])));
    const body = { assetClass, regions: partsOf(regions), sectors: partsOf(sectors), feeBps: bpsOf(charge) };
    save.mutate({ params: { instrumentId: facts.instrument.id }, body });
  };
  return (
    <Drawer
      isOpen
      onClose={onClose}
      title={facts.instrument.name}
      description={t('factsLead')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <Select
          label={t('assetClass')}
          choices={ASSET_CLASSES.map((value) => ({ value, label: t(`class_${value}`) }))}
          value={assetClass}
          onChange={setAssetClass}
        />
        <NumberField label={t('feeYear')} unit="%" value={charge} onChange={setCharge} />
        <PartLines kind="region" title={t('regions')} lines={regions} onChange={setRegions} />
        <PartLines kind="sector" title={t('sectors')} lines={sectors} onChange={setSectors} />
        <FormProblem error={save.error} />
      </form>
    </Drawer>
  );
}

function PartLines({
  kind,
  title,
  lines,
  onChange,
}: {
  readonly kind: 'region' | 'sector';
  readonly title: string;
  readonly lines: readonly PartLine[];
  readonly onChange: (lines: readonly PartLine[]) => void;
}) {
  const t = useTexts(planningTexts);
  const known = KEYS.filter((key) => key.startsWith(`${kind}_`)).map((key) => key.slice(kind.length + 1));
  const names = [...new Set([...known, ...lines.map(({ name }) => name)])];
  const label = (name: string): string => partName(t, kind, name, planningTexts.es);
  const free = names.find((name) => !lines.some((line) => line.name === name));
  const set = (changed: PartLine): void => onChange(lines.map((line) => (line.id === changed.id ? changed : line)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-sm font-medium">{title}</legend>
      {lines.map((line) => (
        <div key={line.id} className="grid grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)_auto] items-end gap-2">
          <Select
            label={t('part')}
            choices={names.map((value) => ({ value, label: label(value) }))}
            value={line.name}
            onChange={(name) => set({ ...line, name })}
          />
          <NumberField
            label={t('weight')}
            unit="%"
            value={line.weight}
            onChange={(weight) => set({ ...line, weight })}
          />
          <IconButton
            icon={Trash2}
            label={t('removeTarget', { name: label(line.name) })}
            onClick={() => onChange(lines.filter(({ id }) => id !== line.id))}
          />
        </div>
      ))}
      {free !== undefined && (
        <span>
          <Button
            size="sm"
            icon={Plus}
            onClick={() =>
              onChange([...lines, { id: Math.max(-1, ...lines.map(({ id }) => id)) + 1, name: free, weight: null }])
            }
          >
            {t('addPart')}
          </Button>
        </span>
      )}
    </fieldset>
  );
}
