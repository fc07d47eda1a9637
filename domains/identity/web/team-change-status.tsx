/** The state of a change of manager as a pill. */
import type { ApiOutput } from '#web/api';
import { useTexts } from '#web/i18n';
import { Badge, type Tone } from '#web/ui';
import { teamTexts } from './team-texts.ts';

export type ManagerChange = ApiOutput<'GET /api/manager-changes'>['items'][number];

const TONES: Readonly<Record<ManagerChange['status'], Tone>> = {
  pending: 'warn',
  approved: 'ok',
  refused: 'neutral',
  cancelled: 'neutral',
};

export function ChangeStatus({ status }: Pick<ManagerChange, 'status'>) {
  const t = useTexts(teamTexts);
  return <Badge tone={TONES[status]}>{t(`status_${status}`)}</Badge>;
}
