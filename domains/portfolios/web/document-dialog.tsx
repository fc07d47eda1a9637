/** Ordering a report or a dump, watching it being made, and fetching it. */
import { type ReactNode, useState } from 'react';
import { type ApiOutput, download, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { Button, Dialog, FormProblem, Progress, saveBlob, SegmentedControl, Select, toast } from '#web/ui';
import { type DocumentKey, documentTexts } from './document-texts.ts';
import type { PortfolioView } from './figures-kpis.tsx';
import { portfolioTexts } from './texts.ts';
import { portfolioWords } from './words.ts';

type Document = ApiOutput<'GET /api/portfolio-documents/:documentId'>;
type PeriodName = 'all' | 'year' | 'lastYear' | 'quarter';

const PERIODS: readonly PeriodName[] = ['all', 'year', 'lastYear', 'quarter'];
const REFRESH_MS = 700; // A report takes seconds; its steps should be seen.

/** A portfolio's report: language and period, then its making. */
export function ReportDialog({
  portfolio,
  onClose,
}: {
  readonly portfolio: PortfolioView;
  readonly onClose: () => void;
}) {
  const t = useTexts(documentTexts);
  const words = useOrderWords();
  const preferred = usePreferences().language;
  const [language, setLanguage] = useState<'es' | 'en'>(preferred);
  const [period, setPeriod] = useState<PeriodName>('all');
  const [document, setDocument] = useState<Document | null>(null);
  const order = useApiMutation('POST /api/portfolio-reports', { onDone: setDocument });
  if (document)
    return <MakingDialog title={t('reportTitle', { name: portfolio.name })} document={document} onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} title={t('reportTitle', { name: portfolio.name })}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(submit) => {
          submit.preventDefault();
          order.mutate({ body: { portfolioId: portfolio.id, language, ...periodDays(period, new Date()) } });
        }}
      >
        <p className="text-sm text-muted">{t('reportLead')}</p>
        <Select
          label={t('period')}
          value={period}
          onChange={setPeriod}
          choices={PERIODS.map((value) => ({ value, label: t(value) }))}
        />
        <SegmentedControl
          label={t('language')}
          value={language}
          onChange={setLanguage}
          segments={(['es', 'en'] as const).map((value) => ({ value, label: t(value) }))}
        />
        <FormProblem error={order.error} words={words} />
        <Actions onClose={onClose} cancel={t('cancel')}>
          <Button kind="primary" type="submit" isBusy={order.isPending}>
            {t('order')}
          </Button>
        </Actions>
      </form>
    </Dialog>
  );
}

/** Everything of the workspace: said plainly before it is made. */
export function DumpDialog({ onClose }: { readonly onClose: () => void }) {
  const t = useTexts(documentTexts);
  const words = useOrderWords();
  const [document, setDocument] = useState<Document | null>(null);
  const order = useApiMutation('POST /api/portfolio-dumps', { onDone: setDocument });
  if (document) return <MakingDialog title={t('dumpTitle')} document={document} onClose={onClose} />;
  return (
    <Dialog isOpen onClose={onClose} title={t('dumpTitle')}>
      <div className="flex flex-col gap-4">
        <p className="text-sm text-muted">{t('dumpLead')}</p>
        <FormProblem error={order.error} words={words} />
        <Actions onClose={onClose} cancel={t('cancel')}>
          <Button kind="primary" isBusy={order.isPending} onClick={() => order.mutate({})}>
            {t('orderDump')}
          </Button>
        </Actions>
      </div>
    </Dialog>
  );
}

function useOrderWords() {
  const t = useTexts(documentTexts);
  const ofPortfolio = portfolioWords(useTexts(portfolioTexts));
  return { ...ofPortfolio, documents_too_many: { title: t('tooMany'), detail: t('tooManyDetail') } };
}

function Actions({
  children,
  cancel,
  onClose,
}: {
  readonly children: ReactNode;
  readonly cancel: string;
  readonly onClose: () => void;
}) {
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={onClose}>{cancel}</Button>
      {children}
    </div>
  );
}

/** Progress of one that is being made; closing the dialog leaves it to its job. */
function MakingDialog({
  title,
  document,
  onClose,
}: {
  readonly title: string;
  readonly document: Document;
  readonly onClose: () => void;
}) {
  const t = useTexts(documentTexts);
  const params = { documentId: document.id };
  const [ended, setEnded] = useState<Document | null>(null);
  const isOpen = ended === null;
  const read = useApi(
    'GET /api/portfolio-documents/:documentId',
    { params },
    isOpen ? { refetchIntervalMs: REFRESH_MS } : {},
  );
  const shown = ended ?? read.data ?? document;
  if (isOpen && ['ready', 'failed', 'cancelled'].includes(shown.status)) setEnded(shown);
  const stop = useApiMutation('POST /api/portfolio-documents/:documentId/cancellation', { onDone: setEnded });
  const [isTaking, setIsTaking] = useState(false);
  const take = async (): Promise<void> => {
    setIsTaking(true);
    try {
      const file = await download('GET /api/portfolio-documents/:documentId/file', { params });
      saveBlob(file.name, file.bytes);
      toast.done({ title: t('downloaded'), detail: file.name });
      onClose();
    } catch (error) {
      toast.problem(error);
      setIsTaking(false);
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={title}>
      <div className="flex flex-col gap-4" aria-live="polite">
        <Outcome document={shown} />
        <Actions onClose={onClose} cancel={t('close')}>
          {(shown.status === 'waiting' || shown.status === 'making') && (
            <Button isBusy={stop.isPending} onClick={() => stop.mutate({ params })}>
              {t('stop')}
            </Button>
          )}
          {shown.status === 'ready' && (
            <Button kind="primary" isBusy={isTaking} onClick={() => void take()}>
              {t('download')}
            </Button>
          )}
        </Actions>
      </div>
    </Dialog>
  );
}

function Outcome({ document }: { readonly document: Document }) {
  const t = useTexts(documentTexts);
  const { status, doneRatio, step, fileName } = document;
  if (status === 'cancelled') return <p className="text-sm">{t('cancelled')}</p>;
  if (status === 'failed') {
    const isPeriod = step === 'period_not_valid';
    return <p className="text-sm">{isPeriod ? t('failed_period_not_valid') : t('failed', { reason: step })}</p>;
  }
  if (status === 'ready') return <Progress label={fileName ?? t('ready')} doneRatio={1} />;
  const word = `step_${step}` as DocumentKey;
  const detail = word in documentTexts.es ? t(word) : '';
  return <Progress label={t(status === 'waiting' ? 'waiting' : 'making')} doneRatio={doneRatio} detail={detail} />;
}

/** First and last day of a named period, on this calendar; left out where the server knows better. */
function periodDays(period: PeriodName, now: Date): { readonly from?: string; readonly to?: string } {
  const year = now.getFullYear();
  if (period === 'year') return { from: `${year}-01-01` };
  if (period === 'lastYear') return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
  if (period === 'all') return {};
  const first = new Date(Date.UTC(year, Math.floor(now.getMonth() / 3) * 3 - 3, 1));
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 3, 0));
  return { from: first.toISOString().slice(0, 10), to: last.toISOString().slice(0, 10) };
}
