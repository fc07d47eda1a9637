/** A place to drop files, or to choose them; refuses wrong types and sizes before anything is sent. */
import { Upload } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';
import { formatQuantity, useTexts } from '#web/i18n';
import { cx } from './cx.ts';
import { uiTexts } from './ui-texts.ts';

const BYTES_PER_MB = 1_000_000;

export interface FileDropProps {
  /** Endings without the dot: `['xlsx', 'csv']`. */
  readonly types: readonly string[];
  readonly sizeBytesMax: number;
  readonly onFiles: (files: readonly File[]) => void;
  readonly isMultiple?: boolean;
  /** What to drop, in the page's words. */
  readonly label?: string;
  readonly isDisabled?: boolean;
}

export function FileDrop({ types, sizeBytesMax, onFiles, isMultiple, label, isDisabled }: FileDropProps) {
  const t = useTexts(uiTexts);
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const take = (files: readonly File[]) => {
    const wrong = files.map((file) => refusalOf(file, types, sizeBytesMax)).find((reason) => reason !== null);
    const name = wrong?.file.name ?? '';
    if (wrong?.kind === 'type')
      setRefusal(t('fileWrongType', { name, types: types.map((type) => `.${type}`).join(', ') }));
    else if (wrong)
      setRefusal(
        t('fileTooLarge', { name, max: `${formatQuantity(String(sizeBytesMax / BYTES_PER_MB), { digits: 0 })} MB` }),
      );
    else {
      setRefusal(null);
      if (files.length > 0) onFiles(isMultiple ? files : files.slice(0, 1));
    }
  };
  const over = (drag: DragEvent, isInside: boolean) => {
    drag.preventDefault();
    setOver(isInside);
  };
  return (
    <div>
      <button
        type="button"
        disabled={isDisabled}
        onClick={() => input.current?.click()}
        onDragOver={(drag) => over(drag, true)}
        onDragLeave={(drag) => over(drag, false)}
        onDrop={(drag) => {
          over(drag, false);
          take([...drag.dataTransfer.files]);
        }}
        className={cx(
          'flex w-full flex-col items-center gap-1 rounded-lg border border-dashed px-6 py-10 text-center transition-colors disabled:opacity-60',
          isOver
            ? 'border-accent bg-accent-soft'
            : 'border-line-strong bg-surface hover:border-accent hover:bg-sunken/50',
        )}
      >
        <Upload size={22} aria-hidden className="mb-2 text-accent" />
        <span className="font-medium">
          {isOver ? t('dropNow') : (label ?? t(isMultiple ? 'dropFiles' : 'dropFile'))}
        </span>
        <span className="text-sm text-muted">{t('orChoose')}</span>
        <span className="mt-1 text-xs text-faint">{types.map((type) => `.${type}`).join(' · ')}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={isMultiple === true}
        accept={types.map((type) => `.${type}`).join(',')}
        onChange={(change) => {
          take([...(change.target.files ?? [])]);
          change.target.value = '';
        }}
      />
      {refusal && (
        <p role="alert" className="mt-2 text-sm text-danger">
          {refusal}
        </p>
      )}
    </div>
  );
}

function refusalOf(file: File, types: readonly string[], sizeBytesMax: number) {
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? '';
  if (!types.includes(ending)) return { kind: 'type', file } as const;
  return file.size > sizeBytesMax ? ({ kind: 'size', file } as const) : null;
}
