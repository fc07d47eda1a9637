/** Inicio: what needs a person first, then the live tiles, then the panels. The domains contribute each part. */
import { Component, lazy, type ReactNode, Suspense, useCallback, useState } from 'react';
import { currentTimeMs, useTexts } from '#web/i18n';
import { AttentionGap, AttentionList, type CountAttention, KpiGrid, PageHeader, Skeleton, Stack } from '#web/ui';
import { domainWebs } from './catalogue.ts';
import { isAllowed, type Session, useSession } from './session.ts';
import { shellTexts } from './shell-texts.ts';

type PartName = 'attention' | 'tiles' | 'panels';

const parts = (['attention', 'tiles', 'panels'] as const).map((name) => ({
  name,
  entries: domainWebs
    .flatMap((web) => (web.home?.[name] ? [{ domain: web.domain, home: web.home, Part: lazy(web.home[name]) }] : []))
    .toSorted((left, right) => left.home.order - right.home.order),
}));

function partsOf(name: PartName, session: Session) {
  const entries = parts.find((part) => part.name === name)?.entries ?? [];
  return entries.filter((entry) => isAllowed(session, entry.home.permission));
}

export default function HomePage() {
  const t = useTexts(shellTexts);
  const session = useSession();
  const [counts, setCounts] = useState({ row: 0, pending: 0, unknown: 0 });
  const onCount = useCallback<CountAttention>(
    (fact, step) => setCounts((before) => ({ ...before, [fact]: before[fact] + step })),
    [],
  );
  const firstName = session.user.name.split(' ')[0] ?? session.user.name;
  return (
    <>
      <PageHeader
        title={t(greetingAt(new Date(currentTimeMs()).getHours()), { name: firstName })}
        description={t(attentionKey(counts), { count: counts.row })}
      />
      <Stack>
        <AttentionList label={t('attention')} onCount={onCount}>
          {draw('attention', session, <AttentionGap fact="pending" />)}
        </AttentionList>
        <KpiGrid>{draw('tiles', session, null)}</KpiGrid>
        {draw('panels', session, <Skeleton className="rounded-lg border border-line bg-surface p-4" />)}
      </Stack>
    </>
  );
}

/** Only says that all is in order when every part has answered. The line is always there, so nothing moves. */
function attentionKey(counts: Readonly<Record<'row' | 'pending' | 'unknown', number>>) {
  if (counts.row > 0) return 'attentionCount';
  if (counts.pending > 0) return 'attentionPending';
  return counts.unknown > 0 ? 'attentionUnknown' : 'attentionNone';
}

function draw(name: PartName, session: Session, fallback: ReactNode) {
  return partsOf(name, session).map(({ domain, Part }) => (
    <PartBoundary key={domain}>
      <Suspense fallback={fallback}>
        <Part />
      </Suspense>
    </PartBoundary>
  ));
}

const MORNING_FROM_HOUR = 6;
const AFTERNOON_FROM_HOUR = 14; // Spain greets with the afternoon after lunch.
const EVENING_FROM_HOUR = 21;

function greetingAt(hour: number): 'morning' | 'afternoon' | 'evening' {
  if (hour >= EVENING_FROM_HOUR || hour < MORNING_FROM_HOUR) return 'evening';
  return hour < AFTERNOON_FROM_HOUR ? 'morning' : 'afternoon';
}

/** One domain's part may fail without taking Home with it. */
class PartBoundary extends Component<{ readonly children: ReactNode }, { readonly isFailed: boolean }> {
  override state = { isFailed: false };

  static getDerivedStateFromError() {
    return { isFailed: true };
  }

  override render() {
    return this.state.isFailed ? <PartFailed /> : this.props.children;
  }
}

function PartFailed() {
  const t = useTexts(shellTexts);
  return (
    <p role="alert" className="px-4 py-3 text-sm text-warn">
      <AttentionGap fact="unknown" />
      {t('homePartFailed')}
    </p>
  );
}
