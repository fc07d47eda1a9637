/** Conexiones: the mail server and the Telegram bot of the installation, whether they work, and if not, why. */
import type { ReactNode } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Button, Card, PageHeader, RelativeTime, Stack, StatusDot, toast, type Tone } from '#web/ui';
import { useCan } from '../session.ts';
import { BotToken, MailPassword } from './credential.tsx';
import { credentialTexts } from './credential-texts.ts';
import { causeText, noticeTexts } from './notice-texts.ts';

type Connections = ApiOutput<'GET /api/notifications/connections'>;

const REFRESH_MS = 2_000;
const REFRESHES = ['GET /api/notifications/connections'] as const;

export default function ConnectionsPage() {
  const t = useTexts(noticeTexts);
  const connections = useApi('GET /api/notifications/connections', undefined, { refetchIntervalMs: REFRESH_MS });
  return (
    <>
      <PageHeader
        title={t('connections')}
        description={t('connectionsLine')}
        back={{ to: '/ajustes', label: t('back') }}
      />
      <Async query={connections}>
        {({ mail, telegram }) => (
          <Stack>
            <MailCard mail={mail} />
            <BotCard telegram={telegram} />
          </Stack>
        )}
      </Async>
    </>
  );
}

function MailCard({ mail }: { readonly mail: Connections['mail'] }) {
  const t = useTexts(noticeTexts);
  const words = useTexts(credentialTexts);
  const test = useApiMutation('POST /api/notifications/connections/mail/test', {
    refreshes: REFRESHES,
    onProblem: (problem) => toast.problem(problem),
  });
  if (!mail.isConfigured) return <Unconfigured title={t('mailCard')} how={t('mailSetUp')} />;
  const outcome = mail.lastTest && outcomeOf(mail.lastTest.state);
  return (
    <Card
      title={t('mailCard')}
      actions={<TryButton label={t('mailCard')} isBusy={test.isPending} onPress={() => test.mutate({})} />}
    >
      <Facts>
        <Fact name={t('server')}>{`${mail.host}:${mail.port}`}</Fact>
        <Fact name={t('sender')}>{mail.from}</Fact>
        {mail.user !== null && <Fact name={words('account')}>{mail.user}</Fact>}
        <Fact name={words('password')}>
          {mail.user === null ? words('noAccount') : <MailPassword fact={mail.password} />}
        </Fact>
        <Fact name={t('security')}>{mail.security && t(`security_${mail.security}`)}</Fact>
        <Fact name={t('lastTest')}>
          {mail.lastTest && outcome ? (
            <>
              <StatusDot tone={outcome.tone}>{t(outcome.key)}</StatusDot>{' '}
              <span className="text-xs text-muted">
                <RelativeTime atMs={mail.lastTest.createdAtMs} />
              </span>
              <Cause code={mail.lastTest.errorCode} detail={mail.lastTest.errorDetail} />
            </>
          ) : (
            t('never')
          )}
        </Fact>
      </Facts>
      {mail.failed.length > 0 && (
        <section className="mt-4">
          <h3 className="mb-1 text-sm font-medium">{t('failedMails')}</h3>
          <ul>
            {mail.failed.map((failed) => (
              <li key={failed.id} className="border-t border-line py-2 text-sm">
                {t('recipient')} {failed.to} · <RelativeTime atMs={failed.createdAtMs} />
                <Cause code={failed.errorCode} detail={failed.errorDetail} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </Card>
  );
}

function BotCard({ telegram }: { readonly telegram: Connections['telegram'] }) {
  const t = useTexts(noticeTexts);
  const words = useTexts(credentialTexts);
  const test = useApiMutation('POST /api/notifications/connections/telegram/test', {
    refreshes: REFRESHES,
    onProblem: (problem) => toast.problem(problem),
  });
  const token = (
    <Fact name={words('token')}>
      <BotToken fact={telegram.token} />
    </Fact>
  );
  if (!telegram.isConfigured) {
    return (
      <Unconfigured title={t('botCard')} how={words('botSetUpHere')}>
        <Facts>{token}</Facts>
      </Unconfigured>
    );
  }
  const isFine = telegram.errorCode === null;
  return (
    <Card
      title={t('botCard')}
      actions={<TryButton label={t('botCard')} isBusy={test.isPending} onPress={() => test.mutate({})} />}
    >
      <Facts>
        {token}
        <Fact name={t('bot')}>{telegram.botUsername === null ? t('never') : `@${telegram.botUsername}`}</Fact>
        <Fact name={t('lastCheck')}>
          {telegram.checkedAtMs === null ? (
            t('never')
          ) : (
            <>
              <StatusDot tone={isFine ? 'ok' : 'danger'}>{t(isFine ? 'works' : 'fails')}</StatusDot>{' '}
              <span className="text-xs text-muted">
                <RelativeTime atMs={telegram.checkedAtMs} />
              </span>
              <Cause code={telegram.errorCode} detail={telegram.errorDetail} />
            </>
          )}
        </Fact>
      </Facts>
    </Card>
  );
}

function outcomeOf(state: NonNullable<Connections['mail']['lastTest']>['state']): {
  readonly tone: Tone;
  readonly key: 'works' | 'testing' | 'fails';
} {
  if (state === 'sent') return { tone: 'ok', key: 'works' };
  return state === 'waiting' ? { tone: 'accent', key: 'testing' } : { tone: 'danger', key: 'fails' };
}

/** In words first; what the server answered below, for whoever has to ask its keeper. */
function Cause({ code, detail }: { readonly code: string | null; readonly detail: string | null }) {
  const t = useTexts(noticeTexts);
  if (code === null) return null;
  return (
    <span className="mt-1 block text-sm">
      {causeText(t, code)}
      {detail && <span className="block text-xs break-words text-muted">{detail}</span>}
    </span>
  );
}

function TryButton(button: { readonly label: string; readonly isBusy: boolean; readonly onPress: () => void }) {
  const t = useTexts(noticeTexts);
  const canTest = useCan('platform.connections.test');
  if (!canTest) return null;
  return (
    <Button isBusy={button.isBusy} aria-label={`${t('tryIt')}: ${button.label}`} onClick={button.onPress}>
      {t('tryIt')}
    </Button>
  );
}

function Unconfigured(card: { readonly title: string; readonly how: string; readonly children?: ReactNode }) {
  const { title, how } = card;
  const t = useTexts(noticeTexts);
  return (
    <Card title={title} aside={<StatusDot tone="neutral">{t('off')}</StatusDot>}>
      <p className="mb-3 text-sm break-words text-muted">{how}</p>
      {card.children}
    </Card>
  );
}

function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid gap-x-6 gap-y-2 text-sm sm:grid-cols-[10rem_1fr]">{children}</dl>;
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="mb-2 min-w-0 break-words sm:mb-0">{children}</dd>
    </>
  );
}
