/** Choosing the responsible person and the client of a portfolio, among those whom the asker may name. */
import { useTexts } from '#web/i18n';
import { type Choice, Combobox } from '#web/ui';
import { assignmentTexts } from './assignment-texts.ts';

interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Owners {
  readonly adviserUserId: string | null;
  readonly clientUserId: string | null;
}

export interface OwnerChoices {
  readonly advisers: readonly Person[];
  readonly clients: readonly Person[];
  readonly mayUnassign: boolean;
}

export function OwnerFields({
  choices,
  owners,
  named,
  onChange,
}: {
  readonly choices: OwnerChoices;
  readonly owners: Owners;
  /** Who is named today, also when she may not be chosen any more. */
  readonly named: readonly Person[];
  readonly onChange: (owners: Owners) => void;
}) {
  const t = useTexts(assignmentTexts);
  const listed = (people: readonly Person[], chosen: string | null): Choice[] => {
    const missing = named.filter(({ id }) => id === chosen && !people.some((person) => person.id === id));
    return [...missing, ...people].map(({ id, name }) => ({ value: id, label: name }));
  };
  const { adviserUserId, clientUserId } = owners;
  const clients = listed(choices.clients, clientUserId);
  return (
    <>
      <Combobox
        label={t('responsible')}
        placeholder={t('nobody')}
        hint={choices.mayUnassign && adviserUserId === null ? t('nobodyHint') : undefined}
        choices={listed(choices.advisers, adviserUserId)}
        value={adviserUserId}
        onChange={(value) => {
          if (value !== null || choices.mayUnassign) onChange({ ...owners, adviserUserId: value });
        }}
      />
      <Combobox
        label={t('client')}
        placeholder={t('nobody')}
        hint={clients.length === 0 ? t('noClients') : undefined}
        choices={clients}
        value={clientUserId}
        onChange={(value) => onChange({ ...owners, clientUserId: value })}
      />
    </>
  );
}
