/** Moving between workspaces: the server moves the session, the browser forgets what it had read. */
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, live } from '#web/api';
import { toast } from '#web/ui';

/** Moves this session to another workspace and lands on Inicio. */
export function useSwitchWorkspace(): (workspaceId: string) => void {
  const client = useQueryClient();
  const navigate = useNavigate();
  return (workspaceId) => {
    api('PUT /api/me/workspace', { body: { workspaceId } }).then(async (me) => {
      live.stop();
      await navigate({ to: '/' });
      client.clear();
      client.setQueryData(['GET /api/me', {}], me);
    }, toast.problem);
  };
}
