/** Signing in with a passkey: one press, or picked from the list that the browser shows under the e-mail field. */
import { useEffect, useRef } from 'react';
import { api } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, FormProblem } from '#web/ui';
import { usePasskeyAction } from './passkey-action.ts';
import { knowsPasskeys, offersPasskeysQuietly, signWithPasskey } from './passkey-browser.ts';
import { securityTexts } from './security-texts.ts';
import { securityWords } from './security-words.ts';

async function signIn(isQuiet: boolean): Promise<void> {
  const credential = await signWithPasskey(await api('POST /api/passkey-challenges'), isQuiet);
  await api('POST /api/sessions/passkey', { body: { credential } });
}

export function PasskeySignIn({ onDone }: { readonly onDone: () => void }) {
  const t = useTexts(securityTexts);
  const { isBusy, problem, start } = usePasskeyAction(async () => {
    await signIn(false);
    onDone();
  });
  if (!knowsPasskeys()) return null;
  return (
    <div className="flex flex-col gap-3">
      <Button isWide isBusy={isBusy} onClick={start}>
        {t('withPasskey')}
      </Button>
      <FormProblem error={problem} words={securityWords(t, problem)} />
    </div>
  );
}

/** Lets the browser offer passkeys under the e-mail field; silent where it cannot or nobody picks one. */
export function useQuietPasskeys(onDone: () => void): void {
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  });
  useEffect(() => {
    const offer = async (): Promise<void> => {
      if (!(await offersPasskeysQuietly())) return;
      await signIn(true);
      done.current();
    };
    // Pressing the button, leaving the page or no passkey at all ends this question without a word.
    offer().catch(() => undefined);
  }, []);
}
