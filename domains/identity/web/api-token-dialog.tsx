/** Makes an API token: a name, how long, and which of my permissions it may use. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { usePreferences } from '#web/preferences';
import { Async, Button, Checkbox, Dialog, FormProblem, Select, TextField } from '#web/ui';
import { accessTexts } from './access-texts.ts';
import { accessWords } from './access-words.ts';
import { focusFirstInvalid } from './first-invalid.ts';

const DAYS = ['30', '90', '180', '365'] as const;
type Days = (typeof DAYS)[number];

export function ApiTokenDialog({
  onClose,
  onMade,
}: {
  readonly onClose: () => void;
  readonly onMade: (secret: string) => void;
}) {
  const t = useTexts(accessTexts);
  const formId = useId();
  const [name, setName] = useState('');
  const [days, setDays] = useState<Days>('90');
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set());
  const [isChecked, setChecked] = useState(false);
  const make = useApiMutation('POST /api/api-tokens', {
    refreshes: ['GET /api/api-tokens', 'GET /api/workspace/api-tokens'],
    onDone: ({ secret }) => onMade(secret),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    const isComplete = name.trim() !== '' && scopes.size > 0;
    if (isComplete) make.mutate({ body: { name, scopes: [...scopes], expiresInDays: Number(days) } });
    else focusFirstInvalid(event.currentTarget);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('newToken')}
      description={t('newTokenDetail')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={make.isPending}>
            {t('create')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('tokenName')}
          hint={t('tokenNameHint')}
          autoComplete="off"
          maxLength={80}
          required
          value={name}
          onChange={setName}
          error={isChecked && name.trim() === '' ? t('required') : undefined}
        />
        <Select
          label={t('tokenDays')}
          choices={DAYS.map((value) => ({ value, label: t('days', { count: Number(value) }) }))}
          value={days}
          onChange={setDays}
        />
        <ScopeChoice chosen={scopes} onChange={setScopes} isMissing={isChecked && scopes.size === 0} />
        <FormProblem error={make.error} words={accessWords(t)} />
      </form>
    </Dialog>
  );
}

function ScopeChoice({
  chosen,
  onChange,
  isMissing,
}: {
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
  readonly isMissing: boolean;
}) {
  const t = useTexts(accessTexts);
  const { language } = usePreferences();
  const scopes = useApi('GET /api/api-token-scopes');
  const hintId = useId();
  const flip = (name: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(name);
    else next.delete(name);
    onChange(next);
  };
  return (
    <fieldset aria-describedby={hintId} className="min-w-0">
      <legend className="text-sm font-medium">{t('scopes')}</legend>
      <p id={hintId} className={isMissing ? 'mt-1 text-xs text-danger' : 'mt-1 text-xs text-muted'}>
        {isMissing ? t('scopesMissing') : t('scopesHint')}
      </p>
      <div className="mt-2 max-h-64 overflow-y-auto rounded-md border border-line px-3 py-2">
        <Async query={scopes}>
          {({ items }) => (
            <ul className="flex flex-col gap-1">
              {items.map(({ name, summary, summaryEs }) => (
                <li key={name}>
                  <Checkbox
                    label={
                      <>
                        {language === 'es' ? summaryEs : summary}
                        <span className="block font-mono text-xs break-all text-muted">{name}</span>
                      </>
                    }
                    isChecked={chosen.has(name)}
                    onChange={(isChosen) => flip(name, isChosen)}
                  />
                </li>
              ))}
            </ul>
          )}
        </Async>
      </div>
    </fieldset>
  );
}
