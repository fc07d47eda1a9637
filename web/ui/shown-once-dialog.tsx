/** Shows a secret (a token, a link, a signing key) the only time it can be seen. */
import { Check, Copy } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTexts } from '#web/i18n';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { uiTexts } from './ui-texts.ts';

export function ShownOnceDialog({
  title,
  detail,
  label,
  secret,
  onClose,
}: {
  readonly title: string;
  readonly detail: ReactNode;
  /** Names the field; hidden when it would only repeat the title. */
  readonly label?: string;
  readonly secret: string;
  readonly onClose: () => void;
}) {
  const t = useTexts(uiTexts);
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      description={detail}
      footer={
        <>
          {/* The clipboard exists only on https and localhost; elsewhere the text can be selected. */}
          {'clipboard' in navigator && (
            <Button icon={isCopied ? Check : Copy} onClick={() => void copy().catch(() => setCopied(false))}>
              {isCopied ? t('copied') : t('copy')}
            </Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {t('savedIt')}
          </Button>
        </>
      }
    >
      <TextField
        label={label ?? title}
        isLabelHidden={label === undefined}
        value={secret}
        onChange={() => undefined}
        readOnly
        spellCheck={false}
      />
    </Dialog>
  );
}
