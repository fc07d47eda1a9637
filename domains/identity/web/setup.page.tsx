/** The first run on ONE page. The token comes in the fragment of the address (`#t=…`), which never leaves the browser by itself. */
import { CircleCheck, Clock, Laptop, Link2Off } from 'lucide-react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { SIGN_IN_PATH } from '#web/shell';
import { Async, ButtonLink, Card, EmptyState } from '#web/ui';
import { BarePage } from './bare-page.tsx';
import { SetupForm } from './setup-form.tsx';
import { identityTexts } from './texts.ts';

export default function SetupPage() {
  const t = useTexts(identityTexts);
  const setup = useApi('GET /api/setup');
  return (
    <BarePage title={t('setupTitle')} lead={t('setupLead')}>
      {setup.data?.isNeeded && setup.data.isAllowedFromHere && setup.data.link === 'active' ? (
        <SetupForm token={tokenOf(location.hash)} bringsDemo={setup.data.bringsDemo} />
      ) : (
        <Card>
          <Async query={setup}>{(state) => <Obstacle state={state} />}</Async>
        </Card>
      )}
    </BarePage>
  );
}

function Obstacle({
  state,
}: {
  readonly state: { readonly isNeeded: boolean; readonly link: string; readonly isAllowedFromHere: boolean };
}) {
  const t = useTexts(identityTexts);
  if (!state.isNeeded) {
    return (
      <EmptyState
        icon={CircleCheck}
        title={t('setupDoneTitle')}
        detail={t('setupDoneDetail')}
        action={
          <ButtonLink kind="primary" to={SIGN_IN_PATH}>
            {t('goToSignIn')}
          </ButtonLink>
        }
      />
    );
  }
  if (!state.isAllowedFromHere) {
    return <EmptyState icon={Laptop} title={t('setupElsewhereTitle')} detail={t('setupElsewhereDetail')} />;
  }
  return state.link === 'expired' ? (
    <EmptyState icon={Clock} title={t('setupExpiredTitle')} detail={t('setupExpiredDetail')} />
  ) : (
    <EmptyState icon={Link2Off} title={t('setupNoLinkTitle')} detail={t('setupNoLinkDetail')} />
  );
}

/** `#t=4F7K-92QD-…`; empty when the page was opened without it. */
function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('t') ?? '';
}
