/** Goals: each with its chance of getting there and the paths it may take; the long simulation is a job. */
import { Pencil, Plus, Sigma, Trash2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { type ApiOutput, useApi, useApiMutation, useLive, useRefresh } from '#web/api';
import { formatMoney, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import {
  Async,
  Button,
  Card,
  EmptyState,
  IconButton,
  Kpi,
  KpiGrid,
  LineChart,
  Money,
  Percent,
  type ProblemWords,
  Skeleton,
  Stack,
  toast,
} from '#web/ui';
import { foresightTexts } from '../foresight-texts.ts';

const GoalEditor = lazy(() => import('./goal-editor.tsx').then((module) => ({ default: module.GoalEditor })));
export type Goal = ApiOutput<'GET /api/goals'>['items'][number];
type Simulation = ApiOutput<'GET /api/portfolios/:portfolioId/goals/:goalId/simulation'>;
const POLL_MS = 2_000; // The socket tells when a long run ends; this covers a lost socket.
const CENTS = 2;
const WHOLE_RANGE = ['all'] as const; // A path lies ahead: the last month of it means nothing.

export function GoalsTab() {
  const t = useTexts(foresightTexts);
  const canWrite = useCan('portfolios.plan.write');
  const goals = useApi('GET /api/goals');
  const [edited, setEdited] = useState<Goal | 'new' | null>(null);
  const create = canWrite && (
    <Button icon={Plus} onClick={() => setEdited('new')}>
      {t('newGoal')}
    </Button>
  );
  return (
    <Stack>
      {create && <div>{create}</div>}
      <Async query={goals} rowCount={8}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('noGoals')} detail={t('noGoalsDetail')} />
          ) : (
            <Stack>
              {items.map((goal) => (
                <GoalCard key={goal.id} goal={goal} onEdit={() => setEdited(goal)} />
              ))}
            </Stack>
          )
        }
      </Async>
      {edited && (
        <Suspense fallback={<Skeleton />}>
          <GoalEditor goal={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
        </Suspense>
      )}
    </Stack>
  );
}

function GoalCard({ goal, onEdit }: { readonly goal: Goal; readonly onEdit: () => void }) {
  const t = useTexts(foresightTexts);
  const refresh = useRefresh();
  const canWrite = useCan('portfolios.plan.write');
  const params = { portfolioId: goal.portfolioId, goalId: goal.id };
  const key = 'GET /api/portfolios/:portfolioId/goals/:goalId/simulation' as const;
  const first = useApi(key, { params });
  const isRunning = first.data?.long?.state === 'running';
  const simulation = useApi(key, { params }, isRunning ? { refetchIntervalMs: POLL_MS } : {});
  useLive('portfolios.goals', () => void refresh(key));
  const order = useApiMutation('POST /api/portfolios/:portfolioId/goals/:goalId/runs', { refreshes: [key] });
  const remove = useApiMutation('DELETE /api/portfolios/:portfolioId/goals/:goalId', {
    refreshes: ['GET /api/goals'],
    onDone: () => toast.done({ title: t('goalRemoved') }),
    onProblem: (problem) => toast.problem(problem),
  });
  const words: ProblemWords = {
    goal_is_past: { title: t('goalPast'), detail: t('goalPastDetail') },
    no_model: { title: t('noModelFollowed'), detail: t('noModelFollowedDetail') },
    history_missing: { title: t('historyMissing'), detail: t('historyMissingDetail') },
    value_unknown: { title: t('valueUnknown'), detail: t('valueUnknownDetail') },
  };
  const actions = canWrite && (
    <span className="flex flex-wrap items-center gap-1">
      <Button size="sm" icon={Sigma} isBusy={order.isPending || isRunning} onClick={() => order.mutate({ params })}>
        {isRunning ? t('longRunning') : t('longRun')}
      </Button>
      <IconButton icon={Pencil} label={`${t('edit')}: ${goal.name}`} onClick={onEdit} />
      <IconButton icon={Trash2} label={`${t('removeGoal')}: ${goal.name}`} onClick={() => remove.mutate({ params })} />
    </span>
  );
  return (
    <Card title={`${goal.name} · ${goal.portfolioName}`} actions={actions}>
      <Async query={simulation} rowCount={6} words={words}>
        {(found) => <Outcome goal={goal} simulation={found} />}
      </Async>
    </Card>
  );
}

function Outcome({ goal, simulation }: { readonly goal: Goal; readonly simulation: Simulation }) {
  const t = useTexts(foresightTexts);
  const { currency } = goal;
  const outcome = simulation.long?.outcome ?? simulation.quick;
  const last = outcome.steps.at(-1)?.values ?? [];
  const text = (index: number): string => (last[index] ?? 0).toFixed(CENTS);
  const labels = [t('p5'), t('p25'), t('p50'), t('p75'), t('p95')];
  const series = labels.map((label, index) => ({
    id: String(index),
    label,
    points: outcome.steps.map(({ date, values }) => [Date.parse(`${date}T00:00:00`), values[index] ?? null] as const),
  }));
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {simulation.long?.state === 'refused' && <p className="text-sm text-danger">{t('longRefused')}</p>}
      <KpiGrid>
        <Kpi
          label={t('chance')}
          value={<Percent ratio={outcome.successRatio} digits={1} />}
          detail={t('paths', { count: outcome.pathCount })}
        />
        <Kpi
          label={t('target')}
          value={<Money amount={goal.targetAmount} currency={currency} />}
          detail={t('todayMoney')}
        />
        <Kpi
          label={t('median')}
          value={<Money amount={text(2)} currency={currency} />}
          detail={t('between', { low: formatMoney(text(0), currency), high: formatMoney(text(4), currency) })}
        />
        <Kpi label={t('ruin')} value={<Percent ratio={outcome.ruinRatio} digits={1} />} />
      </KpiGrid>
      <LineChart
        title={`${t('outcomes')} · ${goal.name}`}
        series={series}
        figure={{ kind: 'money', currency }}
        heightPx={240}
        ranges={WHOLE_RANGE}
      />
    </div>
  );
}
