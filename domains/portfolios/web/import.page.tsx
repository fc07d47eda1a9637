/** Importar: a file becomes a preview, a confirmed batch, and can be undone. The import is in the address, so a reload goes on. */
import { usePreferences } from '#web/preferences';
import { useApi, useLive, useRefresh } from '#web/api';
import { useTexts } from '#web/i18n';
import { useUrlState } from '#web/shell';
import { Async, PageHeader } from '#web/ui';
import { ImportPreview } from './import-preview.tsx';
import { ImportStart } from './import-start.tsx';
import { importTexts } from './import-texts.ts';
import { importWords } from './import-words.ts';

/** The socket tells when something moved; this covers a lost socket. */
const POLL_MS = 1_000;

export default function ImportPage() {
  const t = useTexts(importTexts);
  const [importId, setImportId] = useUrlState<string>('importacion', '');
  return (
    <>
      <PageHeader
        title={t('title')}
        description={t('subtitle')}
        {...(importId === '' ? {} : { back: { to: '/importar', label: t('back') } })}
      />
      {importId === '' ? (
        <ImportStart onImport={setImportId} />
      ) : (
        <CurrentImport key={importId} importId={importId} onAnother={() => setImportId('')} />
      )}
    </>
  );
}

function CurrentImport({ importId, onAnother }: { readonly importId: string; readonly onAnother: () => void }) {
  const t = useTexts(importTexts);
  const { language } = usePreferences();
  const refresh = useRefresh();
  const first = useApi('GET /api/imports/:importId', { params: { importId } });
  const isMoving = first.data?.status === 'reading' || first.data?.status === 'confirming';
  const query = useApi(
    'GET /api/imports/:importId',
    { params: { importId } },
    isMoving ? { refetchIntervalMs: POLL_MS } : {},
  );
  useLive('portfolios.imports', () => void refresh('GET /api/imports/:importId', 'GET /api/imports/:importId/rows'));
  return (
    <Async query={query} words={importWords(t)}>
      {(detail) => <ImportPreview detail={detail} language={language} onAnother={onAnother} />}
    </Async>
  );
}
