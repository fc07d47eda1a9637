/** The start of an import: which portfolio, which file. Dropping or pasting works anywhere on the page. */
import { Download } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import { api, type ApiOutput, upload, useApi, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan, useSession } from '#web/shell';
import {
  Button,
  buttonClass,
  Card,
  type Column,
  Count,
  EmptyState,
  FileDrop,
  FormProblem,
  Progress,
  RelativeTime,
  Select,
  Stack,
  Table,
  TextField,
} from '#web/ui';
import { importTexts } from './import-texts.ts';
import { importWords } from './import-words.ts';

const FILE_SIZE_BYTES_MAX = 32 * 1024 * 1024; // The server's own limit.
const TYPES = ['xlsx', 'xlsm', 'csv', 'txt', 'tsv', 'xls'];
const SAMPLE_NAME = 'operaciones.xlsx';
const sampleUrl = new URL('./operaciones.xlsx', import.meta.url).href;

type Portfolios = ApiOutput<'GET /api/portfolios'>['items'];
type Summary = ApiOutput<'GET /api/imports'>['items'][number];

export function ImportStart({ onImport }: { readonly onImport: (importId: string) => void }) {
  const t = useTexts(importTexts);
  const { workspace } = useSession();
  const canCreate = useCan('portfolios.portfolio.write');
  const portfolios = useApi('GET /api/portfolios');
  const [chosen, setChosen] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [sending, setSending] = useState<{ name: string; doneRatio: number | null } | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const refresh = useRefresh();
  const items = portfolios.data?.items ?? [];
  const target = chosen ?? items[0]?.id ?? (canCreate ? 'new' : null);
  const isReady =
    target !== null && portfolios.data !== undefined && sending === null && (target !== 'new' || name.trim() !== '');
  const take = useCallback(
    async (file: File) => {
      if (!isReady || target === null) return;
      setProblem(null);
      setSending({ name: file.name, doneRatio: 0 });
      try {
        const portfolioId = target === 'new' ? await createPortfolio(name.trim(), workspace.baseCurrency) : target;
        const onProgress = (doneRatio: number): void => setSending({ name: file.name, doneRatio });
        const { fileId } = await upload('PUT /api/imports/files', file, { onProgress });
        const created = await api('POST /api/imports', { body: { fileId, portfolioId } });
        await refresh('GET /api/imports', 'GET /api/portfolios');
        onImport(created.id);
      } catch (error) {
        setProblem(error);
        setSending(null);
      }
    },
    [isReady, target, name, workspace.baseCurrency, refresh, onImport],
  );
  useDropAnywhere(take);
  return (
    <Stack>
      <Card>
        <div className="flex flex-col gap-4">
          <TargetFields {...{ items, target, setChosen, name, setName, canCreate }} />
          {sending ? (
            <Progress label={t('uploading', { name: sending.name })} doneRatio={sending.doneRatio} />
          ) : (
            <FileDrop
              types={TYPES}
              sizeBytesMax={FILE_SIZE_BYTES_MAX}
              label={t('dropLabel')}
              isDisabled={!isReady}
              onFiles={([file]) => file && void take(file)}
            />
          )}
          <FormProblem error={problem} words={importWords(t)} />
          <p className="flex flex-wrap gap-2">
            <Button disabled={!isReady} onClick={() => void sampleFile().then(take, setProblem)}>
              {t('trySample')}
            </Button>
            <a href={sampleUrl} download={SAMPLE_NAME} className={buttonClass('ghost')}>
              <Download size={16} aria-hidden />
              {t('sample')}
            </a>
          </p>
        </div>
      </Card>
      <RecentImports onOpen={onImport} />
    </Stack>
  );
}

function TargetFields(props: {
  readonly items: Portfolios;
  readonly target: string | null;
  readonly setChosen: (id: string) => void;
  readonly name: string;
  readonly setName: (name: string) => void;
  readonly canCreate: boolean;
}) {
  const t = useTexts(importTexts);
  const { items, target, canCreate } = props;
  const choices = [
    ...items.map((portfolio) => ({ value: portfolio.id, label: portfolio.name })),
    ...(canCreate ? [{ value: 'new', label: t('newPortfolio') }] : []),
  ];
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <Select label={t('portfolio')} choices={choices} value={target} onChange={props.setChosen} />
      {target === 'new' && (
        <TextField label={t('newPortfolioName')} value={props.name} onChange={props.setName} maxLength={120} />
      )}
    </div>
  );
}

function RecentImports({ onOpen }: { readonly onOpen: (importId: string) => void }) {
  const t = useTexts(importTexts);
  const imports = useApi('GET /api/imports');
  const columns: Column<Summary>[] = [
    { id: 'file', head: t('file'), card: 'title', value: (row) => row.fileName },
    { id: 'status', head: t('status'), widthPx: 160, value: (row) => t(`status_${row.status}`) },
    {
      id: 'recorded',
      head: t('recorded'),
      kind: 'number',
      widthPx: 120,
      value: (row) => row.recordedCount,
      cell: (row) => <Count count={row.recordedCount} />,
    },
    {
      id: 'when',
      head: t('when'),
      kind: 'instant',
      widthPx: 160,
      value: (row) => row.createdAtMs,
      cell: (row) => <RelativeTime atMs={row.createdAtMs} />,
    },
  ];
  return (
    <Table
      title={t('recent')}
      urlName="recientes"
      columns={columns}
      rows={imports.data?.items}
      rowId={(row) => row.id}
      onOpen={(row) => onOpen(row.id)}
      error={imports.error}
      onRetry={() => void imports.refetch()}
      isPlain
      empty={<EmptyState title={t('emptyRecent')} />}
    />
  );
}

async function createPortfolio(name: string, baseCurrency: string): Promise<string> {
  const { items } = await api('GET /api/portfolios');
  // A second try after a failed upload must not ask for another name.
  const known = items.find((portfolio) => portfolio.name.toLowerCase() === name.toLowerCase());
  return known?.id ?? (await api('POST /api/portfolios', { body: { name, baseCurrency } })).id;
}

async function sampleFile(): Promise<File> {
  const answer = await fetch(sampleUrl);
  return new File([await answer.blob()], SAMPLE_NAME);
}

/** Hears drops and pastes on the whole window; a pasted block of cells is a tab-separated file. */
function useDropAnywhere(take: (file: File) => Promise<void>): void {
  useEffect(() => {
    const over = (event: DragEvent): void => event.preventDefault();
    const drop = (event: DragEvent): void => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      const [file] = event.dataTransfer?.files ?? [];
      if (file) void take(file);
    };
    const paste = (event: ClipboardEvent): void => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      const [file] = event.clipboardData?.files ?? [];
      const text = event.clipboardData?.getData('text/plain') ?? '';
      if (file) void take(file);
      else if (/[\t;,].*\n/.test(text)) void take(new File([text], 'pegado.csv', { type: 'text/csv' }));
    };
    window.addEventListener('dragover', over);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, [take]);
}
