/** Ends the session here and forgets everything that was read. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { api, live } from '#web/api';
import { toast } from '#web/ui';
import { SIGN_IN_PATH } from './session.ts';

export function useSignOut(): () => void {
  const client = useQueryClient();
  return useCallback(() => {
    api('DELETE /api/sessions/current').then(() => {
      live.stop();
      client.clear();
      // A full load: nothing of the last person stays in memory.
      location.assign(SIGN_IN_PATH);
    }, toast.problem);
  }, [client]);
}
