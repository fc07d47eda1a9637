/** What is rarely done to a portfolio: take it away as a file, rename it, or delete it while it is empty. */
import { Download, Ellipsis, FileText, Pencil, Trash2, UserRound } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, useGo } from '#web/shell';
import { Button, ConfirmDialog, Dialog, FormProblem, IconButton, Menu, TextField, toast } from '#web/ui';
import { AssignmentDialog } from './assignment-dialog.tsx';
import { assignmentTexts } from './assignment-texts.ts';
import type { PortfolioView } from './figures-kpis.tsx';
import { portfolioTexts } from './texts.ts';
import { portfolioWords } from './words.ts';

const ExportDialog = lazy(() => import('./export-dialog.tsx').then((module) => ({ default: module.ExportDialog })));

const ReportDialog = lazy(() => import('./document-dialog.tsx').then((module) => ({ default: module.ReportDialog })));

export function PortfolioMenu({ portfolio }: { readonly portfolio: PortfolioView }) {
  const t = useTexts(portfolioTexts);
  const words = useTexts(assignmentTexts);
  const go = useGo();
  const canRename = useCan('portfolios.portfolio.write');
  const canAssign = useCan('portfolios.portfolio.assign');
  const [asked, setAsked] = useState<'report' | 'export' | 'rename' | 'assign' | 'remove' | null>(null);
  const close = (): void => setAsked(null);
  const remove = useApiMutation('DELETE /api/portfolios/:portfolioId', {
    refreshes: ['GET /api/portfolios'],
    onDone: () => {
      toast.done({ title: t('removed') });
      go('/carteras');
    },
    onProblem: (problem) => {
      close();
      const said = portfolioWords(t)[problem.code];
      if (said) toast.failed(said);
      else toast.problem(problem);
    },
  });
  const rename = { id: 'rename', label: t('rename'), icon: Pencil, onSelect: () => setAsked('rename') };
  const assign = { id: 'assign', label: words('assign'), icon: UserRound, onSelect: () => setAsked('assign') };
  const take = { id: 'export', label: t('export'), icon: Download, onSelect: () => setAsked('export') };
  const report = { id: 'report', label: t('report'), icon: FileText, onSelect: () => setAsked('report') };
  const usual = [report, take, ...(canRename ? [rename] : []), ...(canAssign ? [assign] : [])];
  const removal = {
    id: 'remove',
    label: t('remove'),
    icon: Trash2,
    isDanger: true,
    onSelect: () => setAsked('remove'),
  };
  return (
    <>
      <Menu
        trigger={<IconButton icon={Ellipsis} label={t('actions')} />}
        // A ledger that was ever written is kept, so deleting is offered only where it can work.
        groups={canRename && portfolio.ledgerVersion === 0 ? [usual, [removal]] : [usual]}
      />
      {asked === 'export' && (
        <Suspense fallback={null}>
          <ExportDialog portfolio={portfolio} onClose={close} />
        </Suspense>
      )}
      {asked === 'report' && (
        <Suspense fallback={null}>
          <ReportDialog portfolio={portfolio} onClose={close} />
        </Suspense>
      )}
      {asked === 'assign' && <AssignmentDialog portfolio={portfolio} onClose={close} />}
      {asked === 'rename' && <RenameDialog portfolio={portfolio} onClose={close} />}
      <ConfirmDialog
        isOpen={asked === 'remove'}
        onClose={close}
        onConfirm={() => remove.mutate({ params: { portfolioId: portfolio.id } })}
        title={t('removeTitle', { name: portfolio.name })}
        description={t('removeDetail')}
        action={t('remove')}
        isDanger
        isBusy={remove.isPending}
      />
    </>
  );
}

function RenameDialog({ portfolio, onClose }: { readonly portfolio: PortfolioView; readonly onClose: () => void }) {
  const t = useTexts(portfolioTexts);
  const [name, setName] = useState(portfolio.name);
  const rename = useApiMutation('PATCH /api/portfolios/:portfolioId', {
    refreshes: ['GET /api/portfolios', 'GET /api/portfolios/:portfolioId'],
    onDone: () => {
      toast.done({ title: t('renamed') });
      onClose();
    },
  });
  const isReady = name.trim() !== '' && name.trim() !== portfolio.name;
  const params = { portfolioId: portfolio.id };
  return (
    <Dialog isOpen onClose={onClose} title={t('rename')}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(submit) => {
          submit.preventDefault();
          if (isReady) rename.mutate({ params, body: { name: name.trim() }, ifMatch: String(portfolio.version) });
        }}
      >
        <TextField label={t('name')} value={name} onChange={setName} maxLength={120} />
        <FormProblem error={rename.error} words={portfolioWords(t)} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" disabled={!isReady} isBusy={rename.isPending}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
