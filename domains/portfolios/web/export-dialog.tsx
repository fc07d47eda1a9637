/** A portfolio as a file: what of it, and in which format. */
import { useState } from 'react';
import { type ApiInput, download } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, Dialog, saveBlob, SegmentedControl, Select, toast } from '#web/ui';
import type { PortfolioView } from './figures-kpis.tsx';
import { exportTexts } from './export-texts.ts';

type Query = NonNullable<ApiInput<'GET /api/portfolios/:portfolioId/export'>['query']>;
type Table = NonNullable<Query['table']>;
type Format = NonNullable<Query['format']>;

const TABLES: readonly Table[] = ['all', 'operations', 'positions', 'lots', 'series', 'figures', 'cash'];
const FORMATS: readonly Format[] = ['xlsx', 'csv', 'json'];

export function ExportDialog({
  portfolio,
  onClose,
}: {
  readonly portfolio: PortfolioView;
  readonly onClose: () => void;
}) {
  const t = useTexts(exportTexts);
  const [table, setTable] = useState<Table>('all');
  const [format, setFormat] = useState<Format>('xlsx');
  const [isBusy, setIsBusy] = useState(false);
  const take = async (): Promise<void> => {
    setIsBusy(true);
    try {
      const params = { portfolioId: portfolio.id };
      const file = await download('GET /api/portfolios/:portfolioId/export', { params, query: { table, format } });
      saveBlob(file.name, file.bytes);
      toast.done({ title: t('done'), detail: file.name });
      onClose();
    } catch (error) {
      toast.problem(error);
      setIsBusy(false);
    }
  };
  return (
    <Dialog isOpen onClose={onClose} title={t('title', { name: portfolio.name })}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(submit) => {
          submit.preventDefault();
          void take();
        }}
      >
        <Select
          label={t('what')}
          value={table}
          onChange={setTable}
          choices={TABLES.map((value) => ({ value, label: t(value) }))}
        />
        <SegmentedControl
          label={t('format')}
          value={format}
          onChange={setFormat}
          segments={FORMATS.map((value) => ({ value, label: t(value) }))}
        />
        <p className="text-sm text-muted">{table === 'all' && format === 'csv' ? t('archive') : t('exact')}</p>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" isBusy={isBusy}>
            {t('download')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
