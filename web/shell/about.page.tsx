/** Acerca: which Cactus this is, where it keeps its data (administrators), and whose work it stands on. */
import { useMemo } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Card, type Column, PageHeader, Stack, Table } from '#web/ui';
import { useCan } from './session.ts';
import { shellTexts } from './shell-texts.ts';

/** Written into the bundle by `vite.config.ts`: the version of this build and the packages it is made with. */
declare const __ABOUT__: {
  readonly version: string;
  readonly packages: readonly { readonly name: string; readonly version: string; readonly licence: string }[];
};

type Package = (typeof __ABOUT__)['packages'][number];

export default function AboutPage() {
  const t = useTexts(shellTexts);
  const canSeeFolder = useCan('platform.health.read');
  return (
    <>
      <PageHeader title={t('about')} description={t('aboutLine')} back={{ to: '/ajustes', label: t('settings') }} />
      <Stack>
        <Card>
          <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
            <dt className="text-muted">{t('version')}</dt>
            <dd className="figures">{__ABOUT__.version}</dd>
          </dl>
          {canSeeFolder && <DataFolder />}
        </Card>
        <PackagesTable />
      </Stack>
    </>
  );
}

function DataFolder() {
  const t = useTexts(shellTexts);
  return (
    <Async query={useApi('GET /api/platform/health')} rowCount={1}>
      {({ dataDir }) => (
        <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-6 text-sm">
          <dt className="text-muted">{t('dataFolder')}</dt>
          <dd className="min-w-0">
            <code className="font-mono text-xs break-all">{dataDir}</code>
          </dd>
        </dl>
      )}
    </Async>
  );
}

function PackagesTable() {
  const t = useTexts(shellTexts);
  const columns = useMemo(
    (): readonly Column<Package>[] => [
      { id: 'name', head: t('packageName'), card: 'title', value: (row) => row.name },
      { id: 'version', head: t('version'), widthPx: 160, value: (row) => row.version },
      { id: 'licence', head: t('licence'), widthPx: 260, card: 'figure', value: (row) => row.licence },
    ],
    [t],
  );
  return (
    <Table
      title={t('packages')}
      urlName="paquetes"
      columns={columns}
      rows={__ABOUT__.packages}
      rowId={(row) => `${row.name} ${row.version}`}
    />
  );
}
