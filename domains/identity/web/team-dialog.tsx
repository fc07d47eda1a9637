/** Makes a team, or changes its name, its manager and its advisers. */
import { type SubmitEvent, useId, useState } from 'react';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Async, Button, Checkbox, Combobox, Dialog, FormProblem, TextField, toast } from '#web/ui';
import { focusFirstInvalid } from './first-invalid.ts';
import type { Person } from './people-table.tsx';
import { teamTexts } from './team-texts.ts';
import { teamWords } from './team-words.ts';
import type { Team } from './teams-table.tsx';

const MANAGING_ROLES: ReadonlySet<string> = new Set(['owner', 'admin', 'manager']);

export function TeamDialog({ team, onClose }: { readonly team: Team | null; readonly onClose: () => void }) {
  const t = useTexts(teamTexts);
  const users = useApi('GET /api/users');
  const formId = useId();
  const [name, setName] = useState(team?.name ?? '');
  const [managerUserId, setManager] = useState<string | null>(team?.manager.id ?? null);
  const [advisers, setAdvisers] = useState<ReadonlySet<string>>(new Set(team?.advisers.map(({ id }) => id)));
  const [isChecked, setChecked] = useState(false);
  const save = useSave(team, onClose);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setChecked(true);
    if (name.trim() === '' || managerUserId === null) return focusFirstInvalid(event.currentTarget);
    save.run({ name: name.trim(), managerUserId, adviserUserIds: [...advisers] });
  };
  const managers = (users.data?.items ?? []).filter(
    (person) => person.id === managerUserId || (!person.isDisabled && MANAGING_ROLES.has(person.role)),
  );
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t(team ? 'editTeam' : 'newTeam')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} isBusy={save.isBusy}>
            {t(team ? 'save' : 'create')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-4">
        <TextField
          label={t('name')}
          autoComplete="off"
          maxLength={120}
          value={name}
          onChange={setName}
          error={isChecked && name.trim() === '' ? t('nameMissing') : undefined}
        />
        <Combobox
          label={t('manager')}
          placeholder={t('chooseManager')}
          choices={managers.map((person) => ({ value: person.id, label: person.name, detail: person.email }))}
          value={managerUserId}
          onChange={setManager}
          error={isChecked && managerUserId === null ? t('managerMissing') : undefined}
        />
        <Async query={users}>
          {({ items }) => <AdviserChoice people={items} team={team} chosen={advisers} onChange={setAdvisers} />}
        </Async>
        <FormProblem error={save.error} words={teamWords(t)} />
      </form>
    </Dialog>
  );
}

function AdviserChoice({
  people,
  team,
  chosen,
  onChange,
}: {
  readonly people: readonly Person[];
  readonly team: Team | null;
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: ReadonlySet<string>) => void;
}) {
  const t = useTexts(teamTexts);
  const teams = useApi('GET /api/teams');
  const hintId = useId();
  const shown = people.filter(({ id, role, isDisabled }) => role === 'adviser' && (!isDisabled || chosen.has(id)));
  const teamNow = (userId: string): string | null =>
    teams.data?.items.find(({ id, advisers }) => id !== team?.id && advisers.some((one) => one.id === userId))?.name ??
    null;
  const flip = (id: string, isChosen: boolean): void => {
    const next = new Set(chosen);
    if (isChosen) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <fieldset aria-describedby={hintId} className="min-w-0">
      <legend className="text-sm font-medium">{t('advisers')}</legend>
      <p id={hintId} className="mt-1 text-xs text-muted">
        {t(shown.length === 0 ? 'noAdvisers' : 'advisersHint')}
      </p>
      {shown.length > 0 && (
        <ul className="mt-2 flex max-h-64 flex-col gap-1 overflow-y-auto rounded-md border border-line px-3 py-2">
          {shown.map((person) => {
            const now = teamNow(person.id);
            return (
              <li key={person.id}>
                <Checkbox
                  label={
                    <>
                      {person.name}
                      {now !== null && <span className="text-muted"> · {t('now', { team: now })}</span>}
                    </>
                  }
                  isChecked={chosen.has(person.id)}
                  onChange={(isChosen) => flip(person.id, isChosen)}
                />
              </li>
            );
          })}
        </ul>
      )}
    </fieldset>
  );
}

interface Wish {
  readonly name: string;
  readonly managerUserId: string;
  readonly adviserUserIds: string[];
}

/** One way to save, whether the team is new or not. */
function useSave(team: Team | null, onClose: () => void) {
  const t = useTexts(teamTexts);
  const options = {
    refreshes: ['GET /api/teams', 'GET /api/manager-changes'] as const,
    onDone: (saved: { readonly name: string }) => {
      toast.done({ title: t('saved', { name: saved.name }) });
      onClose();
    },
  };
  const create = useApiMutation('POST /api/teams', options);
  const update = useApiMutation('PUT /api/teams/:teamId', options);
  return {
    isBusy: create.isPending || update.isPending,
    error: create.error ?? update.error,
    run: (body: Wish) =>
      team
        ? update.mutate({ params: { teamId: team.id }, body, ifMatch: String(team.version) })
        : create.mutate({ body }),
  };
}
