/** Planificación: who is out of band, the models, and what instruments are made of. */
import { Plus } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Button, PageHeader, Skeleton, Tabs } from '#web/ui';
import { foresightTexts } from '../foresight-texts.ts';
import { planningTexts } from '../planning-texts.ts';
import { DriftTable } from './drift-table.tsx';
import { FactsTable } from './facts-table.tsx';
import { ModelTable } from './model-table.tsx';

const ModelEditor = lazy(() => import('./model-editor.tsx').then((module) => ({ default: module.ModelEditor })));
const ChecksTab = lazy(() => import('./checks-tab.tsx').then((module) => ({ default: module.ChecksTab })));
const HistoryTab = lazy(() => import('./history-tab.tsx').then((module) => ({ default: module.HistoryTab })));
const GoalsTab = lazy(() => import('./goals-tab.tsx').then((module) => ({ default: module.GoalsTab })));
const VIEWS = ['desvios', 'modelos', 'composicion', 'radiografia', 'historico', 'objetivos'] as const;

export default function PlanningPage() {
  const t = useTexts(planningTexts);
  const [view, setView] = useUrlState<(typeof VIEWS)[number]>('vista', 'desvios', VIEWS);
  const [isNew, setNew] = useState(false);
  const words = useTexts(foresightTexts);
  const canWrite = useCan('portfolios.model.write');
  return (
    <>
      <PageHeader
        title={t('planning')}
        description={t('planningLead')}
        actions={
          canWrite && (
            <Button icon={Plus} onClick={() => setNew(true)}>
              {t('newModel')}
            </Button>
          )
        }
      />
      <Tabs
        label={t('views')}
        value={view}
        onChange={setView}
        parts={[
          { value: 'desvios', label: t('drifts'), content: <DriftTable /> },
          { value: 'modelos', label: t('models'), content: <ModelTable /> },
          { value: 'composicion', label: t('facts'), content: <FactsTable /> },
          { value: 'radiografia', label: words('checks'), content: late(<ChecksTab />) },
          { value: 'historico', label: words('history'), content: late(<HistoryTab />) },
          { value: 'objetivos', label: words('goals'), content: late(<GoalsTab />) },
        ]}
      />
      {isNew && (
        <Suspense fallback={<Skeleton />}>
          <ModelEditor model={null} onClose={() => setNew(false)} />
        </Suspense>
      )}
    </>
  );
}

/** A part that loads when it is looked at. */
function late(part: ReactNode): ReactNode {
  return (
    <Suspense fallback={<Skeleton rowCount={8} className="rounded-lg border border-line bg-surface p-4" />}>
      {part}
    </Suspense>
  );
}
