/** Shows a signing secret the only time it can be seen. */
import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '#web/i18n';
import { Button, Dialog, TextField } from '#web/ui';
import { eventTexts } from './texts.ts';

export function SecretDialog({ secret, onClose }: { readonly secret: string; readonly onClose: () => void }) {
  const t = useTexts(eventTexts);
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('secretTitle')}
      description={t('secretDetail')}
      footer={
        <>
          {/* The clipboard exists only on https and localhost; elsewhere the text can be selected. */}
          {'clipboard' in navigator && (
            <Button icon={isCopied ? Check : Copy} onClick={() => void copy().catch(() => setCopied(false))}>
              {isCopied ? t('copied') : t('copy')}
            </Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {t('understood')}
          </Button>
        </>
      }
    >
      <TextField
        label={t('secretTitle')}
        isLabelHidden
        value={secret}
        onChange={() => undefined}
        readOnly
        spellCheck={false}
      />
    </Dialog>
  );
}
