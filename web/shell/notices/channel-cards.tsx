/** The person's channels: state, test, and how Telegram is connected and let go. */
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { type ApiOutput, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, buttonClass, Card, Dialog, StatusDot, toast, type Tone } from '#web/ui';
import { useCan } from '../session.ts';
import { noticeTexts } from './notice-texts.ts';

type Preferences = ApiOutput<'GET /api/notifications/preferences'>;
type Offer = ApiOutput<'POST /api/notifications/telegram/link'>;

const REFRESHES = ['GET /api/notifications/preferences', 'GET /api/notifications/deliveries'] as const;

export function ChannelCards({ preferences }: { readonly preferences: Preferences }) {
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <EmailCard email={preferences.email} />
      <TelegramCard telegram={preferences.telegram} />
    </div>
  );
}

function EmailCard({ email }: { readonly email: Preferences['email'] }) {
  const t = useTexts(noticeTexts);
  if (!email.isConfigured) return <Unconfigured title={t('email')} detail={t('emailOff')} />;
  return (
    <ChannelCard title={t('email')} tone="ok" state={t('ready')} detail={t('emailTo', { address: email.address })}>
      <TestButton channel="email" />
    </ChannelCard>
  );
}

function TelegramCard({ telegram }: { readonly telegram: Preferences['telegram'] }) {
  const t = useTexts(noticeTexts);
  const [offer, setOffer] = useState<Offer | null>(null);
  const ask = useApiMutation('POST /api/notifications/telegram/link', {
    onDone: setOffer,
    onProblem: (problem) => toast.problem(problem),
  });
  const remove = useApiMutation('DELETE /api/notifications/telegram/link', {
    refreshes: REFRESHES,
    onDone: () => toast.done({ title: t('disconnected') }),
    onProblem: (problem) => toast.problem(problem),
  });
  if (!telegram.isConfigured) return <Unconfigured title={t('telegram')} detail={t('telegramOff')} />;
  const { link } = telegram;
  const isOn = link !== null && link.disabledReason === null;
  // The chat answered: what was offered has done its work.
  if (isOn && offer) setOffer(null);
  const connect = (
    <Button isBusy={ask.isPending} onClick={() => ask.mutate({})}>
      {t('connect')}
    </Button>
  );
  return (
    <>
      {isOn && (
        <ChannelCard
          title={t('telegram')}
          tone="ok"
          state={t('ready')}
          detail={link.username === null ? t('telegramLinked') : t('telegramLinkedAs', { username: link.username })}
        >
          <TestButton channel="telegram" />
          <Button kind="ghost" isBusy={remove.isPending} onClick={() => remove.mutate({})}>
            {t('disconnect')}
          </Button>
        </ChannelCard>
      )}
      {!isOn && link && (
        <ChannelCard title={t('telegram')} tone="warn" state={t('stopped')} detail={t('telegramBlocked')}>
          {connect}
        </ChannelCard>
      )}
      {!link && (
        <ChannelCard title={t('telegram')} tone="neutral" state={t('notConnected')} detail={t('telegramFree')}>
          {connect}
        </ChannelCard>
      )}
      <LinkDialog offer={offer} onClose={() => setOffer(null)} />
    </>
  );
}

function LinkDialog({ offer, onClose }: { readonly offer: Offer | null; readonly onClose: () => void }) {
  const t = useTexts(noticeTexts);
  return (
    <Dialog
      isOpen={offer !== null}
      onClose={onClose}
      title={t('linkTitle')}
      description={t('linkLine')}
      footer={
        <>
          <Button kind="ghost" onClick={onClose}>
            {t('cancel')}
          </Button>
          {offer?.url && (
            <a href={offer.url} target="_blank" rel="noreferrer" className={buttonClass('primary')}>
              {t('openTelegram')}
            </a>
          )}
        </>
      }
    >
      <p className="text-xs text-muted">{t('code')}</p>
      <code className="mt-1 block rounded-md border border-line bg-sunken px-3 py-2 font-mono text-sm break-all select-all">
        {offer?.code}
      </code>
      <p role="status" className="mt-3 text-sm text-muted">
        {t('waiting')}
      </p>
    </Dialog>
  );
}

function TestButton({ channel }: { readonly channel: 'email' | 'telegram' }) {
  const t = useTexts(noticeTexts);
  const test = useApiMutation('POST /api/notifications/test', {
    refreshes: REFRESHES,
    onDone: () => toast.info({ title: t('testQueued'), detail: t('testQueuedDetail') }),
    onProblem: (problem) => toast.problem(problem),
  });
  return (
    <Button
      isBusy={test.isPending}
      aria-label={`${t('test')}: ${t(channel)}`}
      onClick={() => test.mutate({ body: { channel } })}
    >
      {t('test')}
    </Button>
  );
}

function Unconfigured({ title, detail }: { readonly title: string; readonly detail: string }) {
  const t = useTexts(noticeTexts);
  const canSetUp = useCan('platform.connections.read');
  return (
    <ChannelCard
      title={title}
      tone="neutral"
      state={t('off')}
      detail={canSetUp ? detail : `${detail} ${t('askAdmin')}`}
    >
      {canSetUp && (
        <Link to="/ajustes/conexiones" className={buttonClass('secondary')}>
          {t('setUp')}
        </Link>
      )}
    </ChannelCard>
  );
}

function ChannelCard({
  title,
  tone,
  state,
  detail,
  children,
}: {
  readonly title: string;
  readonly tone: Tone;
  readonly state: string;
  readonly detail: string;
  readonly children: ReactNode;
}) {
  return (
    <Card title={title} aside={<StatusDot tone={tone}>{state}</StatusDot>}>
      <p className="mb-3 text-sm text-muted">{detail}</p>
      <div className="flex flex-wrap gap-2">{children}</div>
    </Card>
  );
}
