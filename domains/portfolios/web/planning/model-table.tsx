/** The models of the workspace; a press opens the editor with every version. */
import { lazy, Suspense, useMemo, useState } from 'react';
import { useApi } from '#web/api';
import { type Translate, useTexts } from '#web/i18n';
import { type Column, Count, EmptyState, Skeleton, Table } from '#web/ui';
import { type PlanningKey, planningTexts } from '../planning-texts.ts';
import { type ModelView, targetsLine } from './planning-view.ts';

const ModelEditor = lazy(() => import('./model-editor.tsx').then((module) => ({ default: module.ModelEditor })));

export function ModelTable() {
  const t = useTexts(planningTexts);
  const models = useApi('GET /api/models');
  const [opened, setOpened] = useState<ModelView | null>(null);
  const columns = useMemo(() => modelColumns(t), [t]);
  return (
    <>
      <Table
        title={t('models')}
        urlName="modelos"
        columns={columns}
        rows={models.data?.items}
        rowId={({ id }) => id}
        onOpen={setOpened}
        error={models.error}
        onRetry={() => void models.refetch()}
        empty={<EmptyState title={t('noModels')} detail={t('noModelsDetail')} />}
      />
      {opened && (
        <Suspense fallback={<Skeleton />}>
          <ModelEditor model={opened} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </>
  );
}

function modelColumns(t: Translate<PlanningKey>): Column<ModelView>[] {
  return [
    { id: 'name', head: t('name'), card: 'title', widthPx: 180, value: ({ name }) => name },
    { id: 'risk', head: t('riskProfile'), widthPx: 140, value: ({ riskProfile }) => t(`risk_${riskProfile}`) },
    {
      id: 'targets',
      head: t('targets'),
      value: (model) => targetsLine(t, model),
      cell: (model) => <span className="text-muted">{targetsLine(t, model)}</span>,
    },
    { id: 'version', head: t('version'), kind: 'number', widthPx: 90, value: ({ version }) => version },
    {
      id: 'followers',
      head: t('followers'),
      kind: 'number',
      widthPx: 100,
      card: 'figure',
      value: ({ followerCount }) => followerCount,
      cell: ({ followerCount }) => <Count count={followerCount} />,
    },
  ];
}
