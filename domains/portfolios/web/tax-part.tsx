/** Impuestos: the tax year of a portfolio, with what waits and what is set off, and the sale that nobody made. */
import { Calculator, Download, Settings2 } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Decimal } from '#kernel';
import { api } from '#web/api';
import { formatMoney, type Translate, useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { useCan } from '#web/shell';
import { Badge, Button, ButtonLink, ErrorState, Kpi, KpiGrid, Money, saveText, Select, Skeleton } from '#web/ui';
import { TaxTables } from './tax-tables.tsx';
import { type TaxKey, taxTexts } from './tax-texts.ts';
import { type TaxReport, useSimulated, useTaxReport } from './tax-view.ts';

const TaxSimulator = lazy(() => import('./tax-simulator.tsx').then((module) => ({ default: module.TaxSimulator })));
const TaxSettingsDialog = lazy(() =>
  import('./tax-settings-dialog.tsx').then((module) => ({ default: module.TaxSettingsDialog })),
);

export function TaxPart({ portfolioId }: { readonly portfolioId: string }) {
  const t = useTexts(taxTexts);
  const { report, setYear } = useTaxReport(portfolioId);
  const [simulated, setSimulated] = useSimulated();
  const [isSetting, setSetting] = useState(false);
  const canSimulate = useCan('portfolios.tax.simulate');
  if (report.error && !report.data) return <ErrorState error={report.error} onRetry={() => void report.refetch()} />;
  if (!report.data) return <Skeleton rowCount={8} className="rounded-lg border border-line bg-surface p-4" />;
  const { data } = report;
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <TaxBar
        portfolioId={portfolioId}
        report={data}
        onYear={setYear}
        onSimulate={canSimulate ? () => setSimulated('si') : null}
        onSettings={() => setSetting(true)}
      />
      <Warnings report={data} />
      <TaxKpis report={data} />
      <TaxTables report={data} />
      <p className="text-sm text-muted">{t('scope')}</p>
      <Suspense fallback={null}>
        {simulated !== '' && canSimulate && (
          <TaxSimulator portfolioId={portfolioId} instrumentId={simulated} onClose={() => setSimulated('')} />
        )}
        {isSetting && <TaxSettingsDialog portfolioId={portfolioId} onClose={() => setSetting(false)} />}
      </Suspense>
    </div>
  );
}

interface BarProps {
  readonly portfolioId: string;
  readonly report: TaxReport;
  readonly onYear: (year: string) => void;
  readonly onSimulate: (() => void) | null;
  readonly onSettings: () => void;
}

function TaxBar({ portfolioId, report, onYear, onSimulate, onSettings }: BarProps) {
  const t = useTexts(taxTexts);
  const { language } = usePreferences();
  const canSet = useCan('portfolios.portfolio.write');
  const years = [...new Set([...report.years, report.year])].toSorted((a, b) => b - a);
  const download = async (): Promise<void> => {
    const file = await api('GET /api/portfolios/:portfolioId/tax/report-file', {
      params: { portfolioId },
      query: { year: report.year, language },
    });
    // With the mark a Spanish Excel reads accents right.
    saveText(file.fileName, `\uFEFF${file.text}`);
  };
  return (
    <div className="flex flex-wrap items-end gap-3">
      <Select
        label={t('year')}
        choices={years.map((year) => ({ value: String(year), label: String(year) }))}
        value={String(report.year)}
        onChange={onYear}
      />
      <span className="pb-2">
        <Badge>
          {t(`country_${report.jurisdiction}`)} · {t(`method_${report.method}`)}
        </Badge>
      </span>
      <span className="no-print ml-auto flex flex-wrap gap-2">
        <ButtonLink to="/ayuda/taxes">{t('howComputed')}</ButtonLink>
        {canSet && (
          <Button icon={Settings2} onClick={onSettings}>
            {t('settings')}
          </Button>
        )}
        <Button icon={Download} onClick={() => void download()}>
          {t('download')}
        </Button>
        {onSimulate && (
          <Button kind="primary" icon={Calculator} onClick={onSimulate}>
            {t('simulate')}
          </Button>
        )}
      </span>
    </div>
  );
}

/** What the reader must know before trusting a figure. */
function Warnings({ report }: { readonly report: TaxReport }) {
  const t = useTexts(taxTexts);
  const lines = [...new Set(report.warnings.map((warning) => warningText(t, warning)))];
  if (lines.length === 0) return null;
  return (
    <div role="status" className="rounded-md bg-warn-soft px-4 py-2.5 text-sm text-warn">
      <ul className="flex flex-col gap-1">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function warningText(t: Translate<TaxKey>, { code, instrument }: TaxReport['warnings'][number]): string {
  const key = `warning_${code}`;
  return key in taxTexts.es ? t(key as TaxKey, { name: instrument?.name ?? '' }) : code;
}

function TaxKpis({ report }: { readonly report: TaxReport }) {
  const t = useTexts(taxTexts);
  const { totals, currency, compensation, savingsTax, waiting } = report;
  const shown = (amount: string | null): string => (amount === null ? '—' : formatMoney(amount, currency));
  const waitingTotal = Decimal.sum(waiting.map(({ loss }) => Decimal.from(loss))).toString();
  return (
    <KpiGrid>
      <Kpi
        label={t('gainsNet')}
        value={<Money amount={totals.gains.net} currency={currency} isChange reason={t('rateUnknown')} />}
        detail={t('gainsDetail', { positive: shown(totals.gains.positive), negative: shown(totals.gains.negative) })}
      />
      <Kpi
        label={t('incomeNet')}
        value={<Money amount={totals.income.net} currency={currency} isChange reason={t('rateUnknown')} />}
        detail={t('withheldDetail', { withheld: shown(totals.withheld), foreign: shown(totals.foreignTax) })}
      />
      <Kpi
        label={t('deferred')}
        value={<Money amount={totals.deferred} currency={currency} />}
        detail={waiting.length > 0 ? t('deferredDetail', { waiting: shown(waitingTotal) }) : undefined}
      />
      {compensation && (
        <Kpi
          label={t('base')}
          value={<Money amount={compensation.base} currency={currency} />}
          detail={savingsTax === null ? undefined : t('baseDetail', { tax: shown(savingsTax) })}
        />
      )}
    </KpiGrid>
  );
}
