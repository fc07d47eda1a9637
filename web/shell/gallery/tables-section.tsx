/** Tables of the gallery: ten thousand rows (`?filas=100000` for more, `500` for less), a choice of rows, and nothing at all. */
import { Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import {
  Badge,
  Button,
  type Column,
  DateText,
  Drawer,
  EmptyState,
  Money,
  Quantity,
  Stack,
  Table,
  type Tone,
} from '#web/ui';
import { useUrlState } from '../url-state.ts';
import { Example } from './example.tsx';
import { type SampleTrade, sampleTrades } from './samples.ts';

const FEW = sampleTrades(9);
const NONE: readonly SampleTrade[] = [];

const STATES: Readonly<Record<SampleTrade['state'], { readonly label: string; readonly tone: Tone | null }>> = {
  settled: { label: 'Liquidada', tone: null },
  rejected: { label: 'Rechazada', tone: 'danger' },
  pending: { label: 'Pendiente', tone: 'warn' },
};

const columns: readonly Column<SampleTrade>[] = [
  { id: 'day', head: 'Fecha', widthPx: 120, value: (row) => row.day, cell: (row) => <DateText when={row.day} /> },
  { id: 'client', head: 'Cliente', card: 'title', value: (row) => row.client },
  {
    id: 'asset',
    head: 'Activo',
    widthPx: 90,
    value: (row) => row.asset,
    cell: (row) => <span className="font-medium">{row.asset}</span>,
  },
  { id: 'kind', head: 'Tipo', widthPx: 110, value: (row) => row.kind },
  {
    id: 'quantity',
    head: 'Cantidad',
    kind: 'decimal',
    widthPx: 110,
    value: (row) => row.quantity,
    cell: (row) => <Quantity quantity={row.quantity} />,
  },
  {
    id: 'price',
    head: 'Precio',
    unit: '€',
    kind: 'decimal',
    widthPx: 110,
    value: (row) => row.price,
    cell: (row) => <Money amount={row.price} currency="EUR" isUnitHidden isPrice />,
  },
  {
    id: 'amount',
    head: 'Importe',
    unit: '€',
    kind: 'decimal',
    widthPx: 150,
    card: 'figure',
    value: (row) => row.amount,
    cell: (row) => <Money amount={row.amount} currency="EUR" isUnitHidden />,
  },
  {
    id: 'state',
    head: 'Estado',
    widthPx: 120,
    value: (row) => STATES[row.state].label,
    cell: (row) => <StateCell state={row.state} />,
  },
];

function StateCell({ state }: { readonly state: SampleTrade['state'] }) {
  const { label, tone } = STATES[state];
  // A pill only for the exception: 86 % of green pills would hide the red one.
  return tone ? <Badge tone={tone}>{label}</Badge> : <span className="text-muted">{label}</span>;
}

export function TablesSection() {
  const [open, setOpen] = useState<SampleTrade | null>(null);
  const [rowCount] = useUrlState('filas', '10000', ['500', '10000', '100000']);
  const many = useMemo(() => sampleTrades(Number(rowCount)), [rowCount]);
  return (
    <Example parts={['Table']}>
      <Stack>
        <Table
          title="Operaciones"
          urlName="operaciones"
          columns={columns}
          rows={many}
          rowId={(row) => row.id}
          onOpen={setOpen}
        />
        <Table
          title="Con elección"
          urlName="eleccion"
          columns={columns}
          rows={FEW}
          rowId={(row) => row.id}
          selectionActions={(rows, clear) => (
            <Button icon={Trash2} onClick={clear}>
              Borrar {rows.length}
            </Button>
          )}
        />
        <Table
          title="Vacía"
          columns={columns}
          rows={NONE}
          rowId={(row) => row.id}
          empty={
            <EmptyState
              title="Todavía no hay operaciones"
              detail="Importa tu libro de operaciones o añade la primera a mano."
              action={<Button kind="primary">Importar</Button>}
            />
          }
        />
        <Drawer
          isOpen={open !== null}
          onClose={() => setOpen(null)}
          title={open?.client ?? ''}
          description={open?.asset ?? ''}
        >
          <Money amount={open?.amount} currency="EUR" />
        </Drawer>
      </Stack>
    </Example>
  );
}
