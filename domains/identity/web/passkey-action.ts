/** One press that goes to the server, to the device and back; the page shows that it runs and why it failed. */
import { useState } from 'react';
import { type ApiProblem, asProblem } from '#web/api';

export interface PasskeyAction {
  readonly isBusy: boolean;
  readonly problem: ApiProblem | null;
  readonly start: () => void;
}

export function usePasskeyAction(run: () => Promise<void>): PasskeyAction {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const start = (): void => {
    setBusy(true);
    setProblem(null);
    run()
      .catch((error: unknown) => setProblem(asProblem(error)))
      .finally(() => setBusy(false));
  };
  return { isBusy, problem, start };
}
