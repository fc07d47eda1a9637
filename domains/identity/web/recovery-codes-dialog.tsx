/** Ten codes, shown this once: to be copied, downloaded or written down. */
import { Copy, Download } from 'lucide-react';
import { useTexts } from '#web/i18n';
import { Button, Dialog, toast } from '#web/ui';
import { securityTexts } from './security-texts.ts';

export function RecoveryCodesDialog({
  codes,
  onClose,
}: {
  readonly codes: readonly string[];
  readonly onClose: () => void;
}) {
  const t = useTexts(securityTexts);
  const text = `${codes.join('\n')}\n`;
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => toast.done({ title: t('copied') }),
      (error: unknown) => toast.problem(error),
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('recoveryTitle')}
      description={t('recoveryShown')}
      footer={
        <>
          <Button icon={Copy} onClick={copy}>
            {t('copy')}
          </Button>
          <Button icon={Download} onClick={() => saveText(text)}>
            {t('download')}
          </Button>
          <Button kind="primary" onClick={onClose}>
            {t('recoverySaved')}
          </Button>
        </>
      }
    >
      <ol className="grid grid-cols-1 gap-x-6 gap-y-2 font-mono text-sm sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code} className="select-all">
            {code}
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

function saveText(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'cactus-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(url);
}
