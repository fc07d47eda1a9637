/** The matrix of kinds and channels, the least severity and the quiet hours: one form, one button. */
import { type FormEvent, useState } from 'react';
import { type ApiOutput, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { Badge, Button, Card, Checkbox, FormProblem, SegmentedControl, Stack, TextField, toast } from '#web/ui';
import { noticeTexts } from './notice-texts.ts';

type Preferences = ApiOutput<'GET /api/notifications/preferences'>;
type Kind = Preferences['kinds'][number];
type Severity = Preferences['minimumSeverity'];

interface Draft {
  readonly kinds: readonly Kind[];
  readonly isQuiet: boolean;
  readonly from: string;
  readonly to: string;
  readonly letsUrgentThrough: boolean;
  readonly minimumSeverity: Severity;
}

const SEVERITIES = ['info', 'warning', 'urgent'] as const;
const NIGHT = { from: '22:00', to: '08:00' };

export function PreferencesForm({ preferences }: { readonly preferences: Preferences }) {
  const t = useTexts(noticeTexts);
  const [draft, setDraft] = useState<Draft | null>(null);
  const shown = draft ?? draftOf(preferences);
  const change = (part: Partial<Draft>): void => setDraft({ ...shown, ...part });
  const save = useApiMutation('PUT /api/notifications/preferences', {
    refreshes: ['GET /api/notifications/preferences'],
    onDone: () => {
      setDraft(null);
      toast.done({ title: t('saved') });
    },
  });
  const onSubmit = (submit: FormEvent): void => {
    submit.preventDefault();
    save.mutate({ body: bodyOf(shown) });
  };
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <Card title={t('what')} isFlush>
          <Matrix kinds={shown.kinds} onChange={(kinds) => change({ kinds })} />
          <div className="flex flex-wrap items-center gap-3 border-t border-line px-4 py-3 text-sm">
            <span>{t('minimum')}</span>
            <SegmentedControl
              label={t('minimum')}
              value={shown.minimumSeverity}
              onChange={(minimumSeverity) => change({ minimumSeverity })}
              segments={SEVERITIES.map((value) => ({ value, label: t(`severity_${value}`) }))}
            />
          </div>
        </Card>
        <QuietHours draft={shown} timeZone={preferences.timeZone} onChange={change} />
        <FormProblem error={save.error} />
        <div>
          <Button type="submit" kind="primary" isBusy={save.isPending} disabled={draft === null}>
            {t('save')}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

function Matrix({
  kinds,
  onChange,
}: {
  readonly kinds: readonly Kind[];
  readonly onChange: (kinds: readonly Kind[]) => void;
}) {
  const t = useTexts(noticeTexts);
  const { language } = usePreferences();
  const toggle = (name: string, channel: 'email' | 'telegram', isOn: boolean): void =>
    onChange(kinds.map((kind) => (kind.kind === name ? { ...kind, [channel]: isOn } : kind)));
  const head = 'px-1 py-2 text-center text-xs font-medium text-muted sm:px-2';
  return (
    <table className="w-full table-fixed text-sm">
      <thead>
        <tr className="border-t border-line">
          <th scope="col" className="px-4 py-2 text-left text-xs font-medium text-muted">
            {t('kind')}
          </th>
          <th scope="col" className={`${head} w-18 sm:w-28`}>
            {t('inApp')}
          </th>
          <th scope="col" className={`${head} w-16 sm:w-28`}>
            {t('email')}
          </th>
          <th scope="col" className={`${head} w-18 sm:w-28`}>
            {t('telegram')}
          </th>
        </tr>
      </thead>
      <tbody>
        {kinds.map((kind) => (
          <tr key={kind.kind} className="border-t border-line">
            <th scope="row" className="px-4 py-2 text-left font-normal">
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
                {kind.label[language]}
                {kind.severity === 'urgent' && <Badge tone="warn">{t('urgent')}</Badge>}
              </span>
            </th>
            <td className="px-1 text-center text-xs text-muted">{t('always')}</td>
            {(['email', 'telegram'] as const).map((channel) => (
              <td key={channel} className="px-1 text-center">
                <Checkbox
                  isLabelHidden
                  label={`${kind.label[language]}: ${t(channel)}`}
                  isChecked={kind[channel]}
                  onChange={(isOn) => toggle(kind.kind, channel, isOn)}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function QuietHours({
  draft,
  timeZone,
  onChange,
}: {
  readonly draft: Draft;
  readonly timeZone: string;
  readonly onChange: (part: Partial<Draft>) => void;
}) {
  const t = useTexts(noticeTexts);
  return (
    <Card title={t('quiet')}>
      <p className="mb-3 text-sm text-muted">{t('quietDetail', { zone: timeZone })}</p>
      <Checkbox label={t('quietOn')} isChecked={draft.isQuiet} onChange={(isQuiet) => onChange({ isQuiet })} />
      {draft.isQuiet && (
        <div className="mt-3 flex flex-wrap items-end gap-x-4 gap-y-3">
          <div className="w-32">
            <TextField
              label={t('from')}
              type="time"
              required
              value={draft.from}
              onChange={(from) => onChange({ from })}
            />
          </div>
          <div className="w-32">
            <TextField label={t('to')} type="time" required value={draft.to} onChange={(to) => onChange({ to })} />
          </div>
          <Checkbox
            label={t('urgentThrough')}
            isChecked={draft.letsUrgentThrough}
            onChange={(letsUrgentThrough) => onChange({ letsUrgentThrough })}
          />
        </div>
      )}
    </Card>
  );
}

function draftOf(preferences: Preferences): Draft {
  return {
    kinds: preferences.kinds,
    isQuiet: preferences.quietHours !== null,
    ...(preferences.quietHours ?? NIGHT),
    letsUrgentThrough: preferences.letsUrgentThrough,
    minimumSeverity: preferences.minimumSeverity,
  };
}

function bodyOf({ kinds, isQuiet, from, to, letsUrgentThrough, minimumSeverity }: Draft) {
  const rules = kinds.flatMap(({ kind, email, telegram }) => [
    { kind, channel: 'email' as const, isOn: email },
    { kind, channel: 'telegram' as const, isOn: telegram },
  ]);
  return { rules, quietHours: isQuiet ? { from, to } : null, letsUrgentThrough, minimumSeverity };
}
