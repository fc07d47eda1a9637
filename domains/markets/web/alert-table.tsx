/** The alerts with the live distance to their trigger; each can be switched off or deleted, and the deletion undone. */
import { BellOff, BellRing, Ellipsis, Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import { api, useApiMutation, useRefresh } from '#web/api';
import { ratioOfPercent, type Translate, useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Badge, type Column, EmptyState, IconButton, Menu, Money, Percent, Quantity, Table, toast } from '#web/ui';
import { type AlertRule, bodyOf, currencyOf, isVolumeRule, termsText } from './alert-terms.ts';
import { distanceRatio } from './distance.ts';
import { labelOf } from './instrument-field.tsx';
import { newestPrice, type PricedPrice } from './live-prices.ts';
import { type MarketsKey, marketsTexts } from './markets-texts.ts';
import { PriceFigure } from './price-figure.tsx';
import { marketsWords } from './problem-words.ts';

const REFRESHES = ['GET /api/markets/alerts'] as const;

export function AlertTable({
  rules,
  livePrices,
  error,
  onRetry,
}: {
  readonly rules: readonly AlertRule[] | undefined;
  readonly livePrices: ReadonlyMap<string, PricedPrice>;
  readonly error: unknown;
  readonly onRetry: () => void;
}) {
  const t = useTexts(marketsTexts);
  const canWrite = useCan('markets.alert.write');
  const rows = useMemo(() => rules?.map((rule) => withLivePrice(rule, livePrices)), [rules, livePrices]);
  const columns = useMemo(() => (canWrite ? [...ruleColumns(t), menuColumn(t)] : ruleColumns(t)), [t, canWrite]);
  return (
    <Table
      title={t('alerts')}
      urlName="alertas"
      columns={columns}
      rows={rows}
      rowId={(rule) => rule.id}
      error={error}
      onRetry={onRetry}
      empty={<EmptyState icon={BellRing} title={t('noAlerts')} detail={t('noAlertsDetail')} />}
    />
  );
}

function withLivePrice(rule: AlertRule, livePrices: ReadonlyMap<string, PricedPrice>): AlertRule {
  const latest = newestPrice(rule.latest, livePrices.get(rule.instrument.id));
  return latest === rule.latest ? rule : { ...rule, latest };
}

/** Switching acts at once; deleting can be taken back. */
function RuleMenu({ rule }: { readonly rule: AlertRule }) {
  const t = useTexts(marketsTexts);
  const refresh = useRefresh();
  const { name } = rule.instrument;
  const update = useApiMutation('PUT /api/markets/alerts/:ruleId', {
    refreshes: REFRESHES,
    onDone: ({ isEnabled }) => toast.done({ title: t(isEnabled ? 'switchedOn' : 'switchedOff', { name }) }),
    onProblem: (problem) => {
      const words = marketsWords(t)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
      void refresh(...REFRESHES);
    },
  });
  const params = { ruleId: rule.id };
  const restore = async (): Promise<void> => {
    await api('POST /api/markets/alerts/:ruleId/restoration', { params });
    await refresh(...REFRESHES);
  };
  const remove = useApiMutation('DELETE /api/markets/alerts/:ruleId', {
    refreshes: REFRESHES,
    onDone: () => toast.undoable({ title: t('removed', { name }), onUndo: restore }),
    onProblem: (problem) => toast.problem(problem),
  });
  const toggle = (): void =>
    update.mutate({ params, body: bodyOf(rule, { isEnabled: !rule.isEnabled }), ifMatch: String(rule.version) });
  const switching = { id: 'toggle', label: t(rule.isEnabled ? 'switchOff' : 'switchOn'), onSelect: toggle };
  const removal = { id: 'remove', label: t('remove'), icon: Trash2, onSelect: () => remove.mutate({ params }) };
  return (
    <Menu
      trigger={<IconButton icon={Ellipsis} size="sm" label={`${t('actions')}: ${labelOf(rule.instrument)}`} />}
      groups={[[{ ...switching, icon: rule.isEnabled ? BellOff : BellRing }], [removal]]}
    />
  );
}

function ruleColumns(t: Translate<MarketsKey>): Column<AlertRule>[] {
  return [
    {
      id: 'instrument',
      head: t('instrument'),
      card: 'title',
      value: (rule) => labelOf(rule.instrument),
      cell: (rule) => (
        <span className="block min-w-0">
          <span className="block truncate font-medium">{labelOf(rule.instrument)}</span>
          {rule.note && <span className="block truncate text-xs text-muted">{rule.note}</span>}
        </span>
      ),
    },
    {
      id: 'condition',
      head: t('condition'),
      value: (rule) => termsText(t, { ...rule, currency: currencyOf(rule) }),
    },
    {
      id: 'trigger',
      head: t('trigger'),
      align: 'end',
      widthPx: 150,
      value: (rule) => [rule.lowerPrice, rule.upperPrice, rule.triggerVolume].filter(Boolean).join(' / '),
      cell: (rule) => <TriggerPrices rule={rule} />,
    },
    {
      id: 'price',
      head: t('price'),
      kind: 'decimal',
      widthPx: 150,
      value: (rule) => (rule.latest.state === 'priced' ? rule.latest.price : null),
      cell: (rule) => <PriceFigure latest={rule.latest} />,
    },
    {
      id: 'distance',
      head: t('distance'),
      kind: 'decimal',
      widthPx: 100,
      card: 'figure',
      value: (rule) => distanceOf(rule),
      cell: (rule) => <Percent ratio={distanceOf(rule)} />,
    },
    {
      id: 'state',
      head: t('state'),
      widthPx: 190,
      value: (rule) => t(stateKey(rule)),
      cell: (rule) => <RuleState rule={rule} />,
    },
  ];
}

function distanceOf(rule: AlertRule): string | null {
  // The live price moves a price rule; volumes are known as often as the list is read.
  if (isVolumeRule(rule.condition)) return rule.distancePercent === null ? null : ratioOfPercent(rule.distancePercent);
  return rule.latest.state === 'priced' ? distanceRatio(rule, rule.latest.price) : null;
}

function TriggerPrices({ rule }: { readonly rule: AlertRule }) {
  if (isVolumeRule(rule.condition)) return <Quantity quantity={rule.triggerVolume} />;
  const prices = [rule.lowerPrice, rule.upperPrice].filter((price) => price !== null);
  if (prices.length === 0) return <Money amount={null} currency={currencyOf(rule)} />;
  return (
    <span className="flex flex-col items-end">
      {prices.map((price) => (
        <Money key={price} amount={price} currency={currencyOf(rule)} isPrice />
      ))}
    </span>
  );
}

function stateKey(rule: AlertRule): MarketsKey {
  if (!rule.isEnabled) return rule.firingCount > 0 ? 'stateFired' : 'stateOff';
  if (rule.zone === 'unknown') return 'stateUnknown';
  return rule.zone === 'inside' ? 'stateWatching' : 'stateBeyond';
}

function RuleState({ rule }: { readonly rule: AlertRule }) {
  const t = useTexts(marketsTexts);
  const key = stateKey(rule);
  const text = t(key);
  if (key === 'stateFired') return <Badge tone="flower">{text}</Badge>;
  if (key === 'stateUnknown') return <Badge tone="warn">{text}</Badge>;
  return <span className={key === 'stateWatching' ? undefined : 'text-muted'}>{text}</span>;
}

function menuColumn(t: Translate<MarketsKey>): Column<AlertRule> {
  return {
    id: 'actions',
    head: t('actions'),
    widthPx: 96,
    align: 'end',
    isSortable: false,
    cell: (rule) => <RuleMenu rule={rule} />,
  };
}
