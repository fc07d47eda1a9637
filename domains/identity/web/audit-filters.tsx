/** Filters of the audit trail, all in the address: a link shows the same entries. */
import { FilterX } from 'lucide-react';
import { useState } from 'react';
import { useApi } from '#web/api';
import { useTexts } from '#web/i18n';
import { useGo, useUrlState } from '#web/shell';
import { Button, type Choice, Combobox, TextField } from '#web/ui';
import { ACTIONS, auditActionTexts, isKnownAction } from './audit-action-texts.ts';
import { auditTexts } from './audit-texts.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What the address asks for, as the route takes it. */
export function useAuditQuery() {
  const [userId] = useUrlState<string>('persona', '');
  const [action] = useUrlState<string>('accion', '');
  const [subject] = useUrlState<string>('sobre', '');
  const [from] = useUrlState<string>('desde', '');
  const [to] = useUrlState<string>('hasta', '');
  return {
    ...(userId === '' ? {} : { userId }),
    ...(action === '' ? {} : { action }),
    ...(subject === '' ? {} : { subject }),
    ...(DAY.test(from) ? { from } : {}),
    ...(DAY.test(to) ? { to } : {}),
  };
}

export function AuditFilters({ isFiltered }: { readonly isFiltered: boolean }) {
  const t = useTexts(auditTexts);
  const go = useGo();
  const [userId, setUser] = useUrlState<string>('persona', '');
  const [from, setFrom] = useUrlState<string>('desde', '');
  const [to, setTo] = useUrlState<string>('hasta', '');
  const users = useApi('GET /api/users');
  const people: Choice[] = (users.data?.items ?? []).map(({ id, name, email }) => ({
    value: id,
    label: name,
    detail: email,
  }));
  return (
    <section
      aria-label={t('filters')}
      className="no-print grid grid-cols-[repeat(auto-fit,minmax(min(100%,11rem),1fr))] items-start gap-3"
    >
      <Combobox
        label={t('person')}
        placeholder={t('everybody')}
        choices={people}
        value={userId === '' ? null : userId}
        onChange={(value) => setUser(value ?? '')}
      />
      <ActionFilter />
      <SubjectFilter />
      <TextField label={t('from')} type="date" value={from} onChange={setFrom} max={to === '' ? undefined : to} />
      <TextField label={t('to')} type="date" value={to} onChange={setTo} min={from === '' ? undefined : from} />
      {isFiltered && (
        <div className="pt-[1.625rem]">
          <Button icon={FilterX} onClick={() => go('/ajustes/auditoria')}>
            {t('clear')}
          </Button>
        </div>
      )}
    </section>
  );
}

function ActionFilter() {
  const t = useTexts(auditTexts);
  const names = useTexts(auditActionTexts);
  const [action, setAction] = useUrlState<string>('accion', '');
  const known: Choice[] = ACTIONS.map((name) => ({ value: name, label: names(name), detail: name }));
  // A link may ask for an action that has no name here.
  const choices = action === '' || isKnownAction(action) ? known : [{ value: action, label: action }, ...known];
  return (
    <Combobox
      label={t('action')}
      placeholder={t('everything')}
      choices={choices}
      value={action === '' ? null : action}
      onChange={(value) => setAction(value ?? '')}
    />
  );
}

/** Asked when Enter is pressed or the field is left: each letter would be a question and a step of Back. */
function SubjectFilter() {
  const t = useTexts(auditTexts);
  const [subject, setSubject] = useUrlState<string>('sobre', '');
  const [typed, setTyped] = useState(subject);
  const [shown, setShown] = useState(subject);
  if (shown !== subject) {
    setShown(subject);
    setTyped(subject);
  }
  const ask = (): void => {
    if (typed.trim() !== subject) setSubject(typed.trim());
  };
  return (
    <form
      onSubmit={(submit) => {
        submit.preventDefault();
        ask();
      }}
    >
      <TextField
        label={t('subjectId')}
        hint={t('subjectHint')}
        value={typed}
        onChange={setTyped}
        onBlur={ask}
        maxLength={100}
        autoComplete="off"
        spellCheck={false}
      />
    </form>
  );
}
