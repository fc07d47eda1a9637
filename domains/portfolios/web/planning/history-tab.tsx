/** The back-test of a model on stored closes, beside an instrument. */
import { useState } from 'react';
import { type ApiOutput, useApi } from '#web/api';
import { formatDate, formatPercent, useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import {
  Async,
  Card,
  Combobox,
  Count,
  EmptyState,
  Kpi,
  KpiGrid,
  LineChart,
  NumberField,
  Percent,
  type ProblemWords,
  Select,
  Stack,
} from '#web/ui';
import { foresightTexts } from '../foresight-texts.ts';
import { bpsOf } from './planning-view.ts';

type Backtest = ApiOutput<'GET /api/models/:modelId/backtest'>;
const RULES = ['none', 'monthly', 'quarterly', 'yearly', 'bands'] as const;

export function HistoryTab() {
  const t = useTexts(foresightTexts);
  const [chosen, choose] = useUrlState<string>('modelo', '');
  const [rule, setRule] = useState<(typeof RULES)[number]>('quarterly');
  const [cost, setCost] = useState<string | null>('0.1');
  const [benchmark, setBenchmark] = useState<string | null>(null);
  const models = useApi('GET /api/models');
  const facts = useApi('GET /api/instrument-facts');
  const items = models.data?.items ?? [];
  const modelId = chosen || (items[0]?.id ?? '');
  const query = { rule, costBps: bpsOf(cost) ?? 0, ...(benchmark ? { benchmark } : {}) };
  const found = useApi(
    'GET /api/models/:modelId/backtest',
    { params: { modelId }, query },
    { enabled: modelId !== '', keepsPrevious: true },
  );
  const words: ProblemWords = {
    history_missing: { title: t('historyMissing'), detail: t('historyMissingDetail') },
    target_without_instrument: { title: t('targetVague'), detail: t('targetVagueDetail') },
  };
  if (!models.data) {
    return (
      <Async query={models} rowCount={8}>
        {() => null}
      </Async>
    );
  }
  if (items.length === 0) return <EmptyState title={t('noModels')} />;
  return (
    <Stack>
      <Card>
        <div className="grid items-start gap-3 sm:grid-cols-2 lg:grid-cols-4">
          <Select
            label={t('model')}
            choices={items.map(({ id, name }) => ({ value: id, label: name }))}
            value={modelId === '' ? null : modelId}
            onChange={choose}
          />
          <Select
            label={t('rule')}
            choices={RULES.map((value) => ({ value, label: t(`rule_${value}`) }))}
            value={rule}
            onChange={setRule}
          />
          <NumberField label={t('cost')} unit="%" value={cost} onChange={setCost} />
          <Combobox
            label={t('benchmark')}
            choices={(facts.data?.items ?? []).map(({ instrument }) => ({
              value: instrument.id,
              label: instrument.name,
            }))}
            value={benchmark}
            onChange={setBenchmark}
          />
        </div>
      </Card>
      <Async query={found.error ? { ...found, data: undefined } : found} rowCount={8} words={words}>
        {(backtest) => <BacktestView backtest={backtest} />}
      </Async>
    </Stack>
  );
}

function BacktestView({ backtest }: { readonly backtest: Backtest }) {
  const t = useTexts(foresightTexts);
  const { model, benchmark, points } = backtest;
  const atMs = (date: string): number => Date.parse(`${date}T00:00:00`);
  const series = [
    {
      id: 'model',
      label: t('modelLine'),
      points: points.map(({ date, modelRatio }) => [atMs(date), modelRatio] as const),
    },
    ...(benchmark
      ? [
          {
            id: 'benchmark',
            label: benchmark.name,
            isBenchmark: true,
            points: points.map(({ date, benchmarkRatio }) => [atMs(date), benchmarkRatio] as const),
          },
        ]
      : []),
  ];
  return (
    <Stack>
      <KpiGrid>
        <Kpi
          label={t('returnTotal')}
          value={<Percent ratio={model.totalRatio} isChange />}
          detail={
            <>
              <Percent ratio={model.annualRatio} isChange /> {t('aYear')}
            </>
          }
        />
        <Kpi label={t('volatility')} value={<Percent ratio={model.volatilityRatio} />} detail={t('aYear')} />
        <Kpi label={t('maxDrawdown')} value={<Percent ratio={model.maxDrawdownRatio} />} />
        <Kpi
          label={t('rebalances')}
          value={<Count count={backtest.rebalanceCount} />}
          detail={t('moved', {
            share: formatPercent(backtest.turnoverRatio, { digits: 1 }),
            cost: formatPercent(backtest.costRatio),
          })}
        />
        {benchmark && (
          <Kpi
            label={benchmark.name}
            value={<Percent ratio={benchmark.totalRatio} isChange />}
            detail={
              <>
                {t('maxDrawdown')} <Percent ratio={benchmark.maxDrawdownRatio} />
              </>
            }
          />
        )}
      </KpiGrid>
      <LineChart
        title={t('growth')}
        series={series}
        figure={{ kind: 'percent' }}
        note={
          <>
            {backtest.shortest !== null &&
              `${t('firstDay', { from: formatDate(backtest.from), name: backtest.shortest })} `}
            {t('pastWarning')}
          </>
        }
      />
    </Stack>
  );
}
