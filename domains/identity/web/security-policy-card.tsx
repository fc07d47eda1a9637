/** The roles that must have a second factor here: an owner sets it, an admin sees it. */
import { USER_ROLES, type UserRole } from '#kernel';
import { useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { useCan } from '#web/shell';
import { Async, Card, Checkbox, toast } from '#web/ui';
import { peopleTexts } from './people-texts.ts';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

export function SecurityPolicyCard() {
  const t = useTexts(securityTexts);
  const roleWords = useTexts(peopleTexts);
  const policy = useApi('GET /api/security-policy');
  const mayChange = useCan('identity.security.update');
  const save = useApiMutation('PUT /api/security-policy', {
    refreshes: ['GET /api/security-policy', 'GET /api/me/security'],
    onDone: () => toast.done({ title: t('policySaved') }),
    onProblem: (problem) => {
      const words = securityWords(t, problem)[problem.code];
      if (words) toast.failed(words);
      else toast.problem(problem);
    },
  });
  return (
    <Card title={t('policy')} aside={t('policyDetail')}>
      <Async query={policy} rowCount={2}>
        {({ secondFactorRoles }) => (
          <fieldset className="grid grid-cols-2 gap-x-6 gap-y-2 sm:grid-cols-4">
            <legend className="sr-only">{t('policy')}</legend>
            {USER_ROLES.map((role: UserRole) => (
              <Checkbox
                key={role}
                label={roleWords(`role_${role}`)}
                isChecked={secondFactorRoles.includes(role)}
                isDisabled={!mayChange || save.isPending}
                onChange={(isChecked) => {
                  const others = secondFactorRoles.filter((other) => other !== role);
                  save.mutate({ body: { secondFactorRoles: isChecked ? [...others, role] : others } });
                }}
              />
            ))}
          </fieldset>
        )}
      </Async>
    </Card>
  );
}
