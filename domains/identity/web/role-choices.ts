/** The roles a person may give: her own and those below it. */
import { USER_ROLES, type UserRole } from '#kernel';
import type { Translate } from '#web/i18n';
import type { Choice } from '#web/ui';
import type { PeopleKey } from './people-texts.ts';

export function roleChoices(t: Translate<PeopleKey>, ownRole: UserRole): Choice<UserRole>[] {
  return USER_ROLES.slice(USER_ROLES.indexOf(ownRole)).map((role) => ({
    value: role,
    label: t(`role_${role}`),
    detail: t(`role_${role}_detail`),
  }));
}
