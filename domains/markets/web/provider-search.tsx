/** Looking an instrument up at the providers: ask, wait, choose; what is chosen fills the form below. */
import { Search } from 'lucide-react';
import { useState } from 'react';
import { type ApiOutput, useApi, useApiMutation } from '#web/api';
import { useTexts } from '#web/i18n';
import { Button, FormProblem, TextField } from '#web/ui';
import { marketsTexts } from './markets-texts.ts';
import { searchTexts } from './search-texts.ts';

export type Found = ApiOutput<'GET /api/markets/instrument-searches'>['items'][number];

const LOOK_AGAIN_MS = 600; // A provider answers within a second or two.
const TEXT_MIN = 2;

export function ProviderSearch({ onChoose }: { readonly onChoose: (found: Found) => void }) {
  const t = useTexts(searchTexts);
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState<string | null>(null);
  const ask = useApiMutation('POST /api/markets/instrument-searches', {
    refreshes: ['GET /api/markets/instrument-searches'],
  });
  const [isLooking, setLooking] = useState(false);
  const answer = useApi(
    'GET /api/markets/instrument-searches',
    { query: { q: asked ?? '' } },
    { enabled: asked !== null, ...(isLooking ? { refetchIntervalMs: LOOK_AGAIN_MS } : {}) },
  );
  const state = answer.data?.state;
  const isWaiting = asked !== null && (state === 'looking' || state === undefined || ask.isPending);
  if (isWaiting !== isLooking) setLooking(isWaiting);
  const look = (): void => {
    const q = typed.trim();
    if (q.length < TEXT_MIN) return;
    ask.mutate({ body: { q } }, { onSettled: () => setAsked(q) });
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <TextField
            label={t('search')}
            hint={t('searchHint')}
            autoComplete="off"
            value={typed}
            onChange={setTyped}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault(); // Enter looks up; it does not add what is half written below.
              look();
            }}
          />
        </div>
        <Button icon={Search} isBusy={isWaiting} onClick={look}>
          {t('look')}
        </Button>
      </div>
      <FormProblem error={ask.error ?? answer.error} words={{}} />
      {!isWaiting && asked !== null && <Answer state={state} items={answer.data?.items ?? []} onChoose={onChoose} />}
    </div>
  );
}

interface AnswerFacts {
  readonly state: ApiOutput<'GET /api/markets/instrument-searches'>['state'] | undefined;
  readonly items: readonly Found[];
  readonly onChoose: (found: Found) => void;
}

function Answer({ state, items, onChoose }: AnswerFacts) {
  const t = useTexts(searchTexts);
  const words = useTexts(marketsTexts);
  if (state === 'failed') return <p className="text-sm text-muted">{t('failed')}</p>;
  if (items.length === 0) return <p className="text-sm text-muted">{t('nothing')}</p>;
  return (
    <ul aria-label={t('found')} className="flex max-h-56 flex-col overflow-y-auto rounded-md border border-line">
      {items.map((found) => (
        <li key={found.providerSymbol}>
          <button
            type="button"
            className="flex w-full flex-col px-3 py-2 text-left text-sm hover:bg-sunken"
            onClick={() => onChoose(found)}
          >
            <span className="font-medium">{found.name}</span>
            <span className="text-xs text-muted">
              {[found.providerSymbol, kindText(words, found.kind), found.exchange, found.currency]
                .filter(Boolean)
                .join(' · ')}
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}

type Words = ReturnType<typeof useTexts<keyof (typeof marketsTexts)['es']>>;

function kindText(words: Words, kind: Found['kind']): string {
  return kind === 'cash' ? '' : words(`kind_${kind}`);
}
