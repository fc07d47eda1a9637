/** Ajustes fiscales: the country and method of a portfolio, losses brought along, and where each asset is traded. */
import { Plus, X } from 'lucide-react';
import { type SubmitEvent, useId, useState } from 'react';
import { type ApiInput, type ApiOutput, useApi, useApiMutation } from '#web/api';
import { currentTimeMs, useTexts } from '#web/i18n';
import { Async, Button, Drawer, FormProblem, IconButton, NumberField, Select, TextField, toast } from '#web/ui';
import { taxTexts } from './tax-texts.ts';
import { TAX_READS, taxWords } from './tax-view.ts';

type Stored = ApiOutput<'GET /api/portfolios/:portfolioId/tax/settings'>;
type Wanted = ApiInput<'PUT /api/portfolios/:portfolioId/tax/settings'>['body'];
type Listing = Stored['instruments'][number]['listing'];
type Carried = Wanted['carriedLosses'][number];

const LISTINGS: readonly Listing[] = ['listed', 'unlisted', 'exempt'];

export function TaxSettingsDialog({
  portfolioId,
  onClose,
}: {
  readonly portfolioId: string;
  readonly onClose: () => void;
}) {
  const t = useTexts(taxTexts);
  const formId = useId();
  const params = { portfolioId };
  const settings = useApi('GET /api/portfolios/:portfolioId/tax/settings', { params });
  const [changed, setChanged] = useState<Wanted | null>(null);
  const save = useApiMutation('PUT /api/portfolios/:portfolioId/tax/settings', {
    refreshes: TAX_READS,
    onDone: () => {
      toast.done({ title: t('saved') });
      onClose();
    },
  });
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    if (settings.data && changed) save.mutate({ params, body: changed, ifMatch: String(settings.data.version) });
  };
  return (
    <Drawer
      isOpen
      onClose={onClose}
      size="lg"
      title={t('settings')}
      footer={
        <>
          <Button onClick={onClose}>{t('cancel')}</Button>
          <Button kind="primary" type="submit" form={formId} disabled={changed === null} isBusy={save.isPending}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={formId} noValidate onSubmit={submit} className="flex flex-col gap-5">
        <Async query={settings} words={taxWords(t)}>
          {(stored) => <Fields stored={stored} wanted={changed ?? wantedOf(stored)} onChange={setChanged} />}
        </Async>
        <FormProblem error={save.error} words={taxWords(t)} />
      </form>
    </Drawer>
  );
}

function wantedOf({ jurisdiction, method, listings, carriedLosses }: Stored): Wanted {
  return { jurisdiction, method, listings, carriedLosses };
}

interface FieldsProps {
  readonly stored: Stored;
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
}

function Fields({ stored, wanted, onChange }: FieldsProps) {
  const t = useTexts(taxTexts);
  const methodsOf = (jurisdiction: Wanted['jurisdiction']) =>
    stored.choices.find((choice) => choice.jurisdiction === jurisdiction)?.methods ?? [];
  return (
    <>
      <div className="grid gap-4 sm:grid-cols-2">
        <Select
          label={t('jurisdiction')}
          choices={stored.choices.map(({ jurisdiction }) => ({
            value: jurisdiction,
            label: t(`country_${jurisdiction}`),
          }))}
          value={wanted.jurisdiction}
          onChange={(jurisdiction) => {
            const [method = wanted.method] = methodsOf(jurisdiction);
            onChange({ ...wanted, jurisdiction, method });
          }}
        />
        <Select
          label={t('method')}
          choices={methodsOf(wanted.jurisdiction).map((value) => ({ value, label: t(`method_${value}`) }))}
          value={wanted.method}
          onChange={(method) => onChange({ ...wanted, method })}
        />
      </div>
      {wanted.jurisdiction === 'ES' && (
        <>
          <CarriedFields
            losses={wanted.carriedLosses}
            onChange={(carriedLosses) => onChange({ ...wanted, carriedLosses })}
          />
          <ListingFields stored={stored} wanted={wanted} onChange={onChange} />
        </>
      )}
    </>
  );
}

function CarriedFields({
  losses,
  onChange,
}: {
  readonly losses: readonly Carried[];
  readonly onChange: (losses: Carried[]) => void;
}) {
  const t = useTexts(taxTexts);
  const replace = (index: number, loss: Carried): void =>
    onChange(losses.map((each, at) => (at === index ? loss : each)));
  const newest = Math.max(...losses.map(({ year }) => year), new Date(currentTimeMs()).getFullYear() - 2);
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="text-sm font-medium">{t('carried')}</legend>
      <p className="text-sm text-muted">{t('carriedHint')}</p>
      {losses.map((loss, index) => (
        <div key={`${index} of ${losses.length}`} className="flex flex-wrap items-end gap-3">
          <div className="w-24">
            <TextField
              label={t('carriedYear')}
              inputMode="numeric"
              maxLength={4}
              value={String(loss.year)}
              onChange={(year) => replace(index, { ...loss, year: Number(year.replaceAll(/\D/g, '')) })}
            />
          </div>
          <div className="min-w-40 flex-1">
            <Select
              label={t('carriedBasket')}
              choices={(['gains', 'income'] as const).map((value) => ({ value, label: t(`basket_${value}`) }))}
              value={loss.basket}
              onChange={(basket) => replace(index, { ...loss, basket })}
            />
          </div>
          <div className="w-36">
            <NumberField
              label={t('carriedAmount')}
              unit="€"
              value={loss.amount}
              onChange={(amount) => replace(index, { ...loss, amount: amount ?? '0' })}
            />
          </div>
          <IconButton
            icon={X}
            label={t('carriedRemove', { year: String(loss.year) })}
            onClick={() => onChange(losses.filter((_, at) => at !== index))}
          />
        </div>
      ))}
      <div>
        <Button icon={Plus} onClick={() => onChange([...losses, { year: newest + 1, basket: 'gains', amount: '0' }])}>
          {t('carriedAdd')}
        </Button>
      </div>
    </fieldset>
  );
}

function ListingFields({ stored, wanted, onChange }: FieldsProps) {
  const t = useTexts(taxTexts);
  if (stored.instruments.length === 0) return null;
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="text-sm font-medium">{t('listings')}</legend>
      <p className="text-sm text-muted">{t('listingsHint')}</p>
      <div className="grid gap-3 sm:grid-cols-2">
        {stored.instruments.map(({ id, name, listing }) => (
          <Select
            key={id}
            label={name}
            choices={LISTINGS.map((value) => ({ value, label: t(`listing_${value}`) }))}
            value={wanted.listings[id] ?? listing}
            onChange={(value) => onChange({ ...wanted, listings: { ...wanted.listings, [id]: value } })}
          />
        ))}
      </div>
    </fieldset>
  );
}
