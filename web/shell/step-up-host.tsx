/** Where the question "is it you?" opens: once at a time, for every call that waits for the same answer. */
import { lazy, Suspense, useEffect, useState } from 'react';
import { whenStepUpNeeded } from '#web/api';
import { loadStepUp } from './catalogue.ts';

const Question = loadStepUp ? lazy(loadStepUp) : null;

interface Waiting {
  readonly answer: Promise<boolean>;
  readonly settle: (isProved: boolean) => void;
}

export function StepUpHost() {
  const [waiting, setWaiting] = useState<Waiting | null>(null);
  useEffect(() => {
    let current: Waiting | null = null;
    whenStepUpNeeded(() => {
      if (current) return current.answer;
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const settle = (isProved: boolean): void => {
        current = null;
        setWaiting(null);
        resolve(isProved);
      };
      current = { answer: promise, settle };
      setWaiting(current);
      return promise;
    });
    return () => whenStepUpNeeded(() => Promise.resolve(false));
  }, []);
  if (!waiting || !Question) return null;
  return (
    <Suspense>
      <Question onSettled={waiting.settle} />
    </Suspense>
  );
}
