/** Planificación: who is out of band, the models, and what instruments are made of. */
import { Plus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useTexts } from '#web/i18n';
import { useCan, useUrlState } from '#web/shell';
import { Button, PageHeader, Skeleton, Tabs } from '#web/ui';
import { planningTexts } from '../planning-texts.ts';
import { DriftTable } from './drift-table.tsx';
import { FactsTable } from './facts-table.tsx';
import { ModelTable } from './model-table.tsx';

const ModelEditor = lazy(() => import('./model-editor.tsx').then((module) => ({ default: module.ModelEditor })));
const VIEWS = ['desvios', 'modelos', 'composicion'] as const;

export default function PlanningPage() {
  const t = useTexts(planningTexts);
  const [view, setView] = useUrlState<(typeof VIEWS)[number]>('vista', 'desvios', VIEWS);
  const [isNew, setNew] = useState(false);
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
