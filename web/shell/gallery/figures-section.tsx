/** Figures, charts and states of the gallery. */
import { FileText, PieChart, Server, TriangleAlert, Zap } from 'lucide-react';
import { ApiProblem } from '#web/api';
import {
  AttentionGap,
  AttentionList,
  AttentionRow,
  Async,
  Badge,
  Button,
  Card,
  Count,
  DateText,
  Delta,
  Donut,
  EmptyState,
  ErrorState,
  Kpi,
  KpiGrid,
  LineChart,
  Money,
  Percent,
  Points,
  Progress,
  Quantity,
  RelativeTime,
  Ribbon,
  Skeleton,
  Sparkline,
  Stack,
  StatusDot,
  Stepper,
} from '#web/ui';
import { Example } from './example.tsx';
import { sampleWalk } from './samples.ts';

const WEALTH = sampleWalk(11, 3_400_000);
const SERIES = [
  { id: 'own', label: 'Cartera', points: WEALTH },
  { id: 'index', label: 'Índice', points: sampleWalk(23, 3_500_000), isBenchmark: true },
];
const SAMPLE_AT_MS = Date.UTC(2026, 10, 20, 9, 30);
const SPARK = WEALTH.slice(-40).map(([, value]) => value ?? 0);

export function FiguresSection() {
  return (
    <Stack>
      <Example parts={['AttentionList', 'AttentionRow', 'AttentionGap']}>
        <AttentionCard />
      </Example>
      <Example parts={['KpiGrid', 'Kpi', 'Money', 'Delta', 'Count']}>
        <TilesCard />
      </Example>
      <Example parts={['LineChart']}>
        <LineChart title="Patrimonio" series={SERIES} figure={{ kind: 'money', currency: 'EUR' }} />
      </Example>
      <div className="grid gap-4 lg:grid-cols-2">
        <Example parts={['Donut']}>
          <AllocationCard />
        </Example>
        <Example
          parts={['Percent', 'Points', 'Quantity', 'DateText', 'RelativeTime', 'Sparkline', 'Badge', 'StatusDot']}
        >
          <SmallFiguresCard />
        </Example>
      </div>
      <Example parts={['Stepper', 'Progress', 'Ribbon', 'EmptyState', 'ErrorState', 'Skeleton', 'Async']}>
        <StatesCard />
      </Example>
    </Stack>
  );
}

function AttentionCard() {
  return (
    <AttentionList label="Necesita tu atención" onCount={() => undefined}>
      <AttentionRow
        icon={FileText}
        title="3 facturas con incidencia"
        detail="El total no cuadra con las bases + IVA · Bresca SL, Hoteles Mar SA"
        action={<Button>Revisar</Button>}
      />
      <AttentionRow
        icon={Server}
        tone="danger"
        title="Drive no sincroniza desde las 09:20"
        detail="2 intentos fallidos · permiso caducado"
        action={<Button>Reconectar</Button>}
      />
      <AttentionGap fact="pending" />
    </AttentionList>
  );
}

function TilesCard() {
  return (
    <KpiGrid>
      <Kpi
        label="Carteras"
        icon={PieChart}
        value={<Money amount="4386921.55" currency="EUR" />}
        detail={<Delta ratio={0.0345} label="este mes" />}
        to="/galeria"
      />
      <Kpi
        label="Trading"
        icon={Zap}
        value={<Money amount="-1284.30" currency="EUR" />}
        detail={<Delta ratio={-0.0042} label="hoy · papel" />}
      />
      <Kpi
        label="Facturas"
        icon={FileText}
        value={<Count count={17} />}
        detail="por revisar · 212 este mes"
        alert="3 con incidencia"
        to="/galeria"
      />
      <Kpi label="Servidor" icon={Server} value="11 / 12" detail="CPU 31 % · memoria 62 %" />
    </KpiGrid>
  );
}

function AllocationCard() {
  const slices = [
    {
      id: 'equity',
      label: 'Renta variable',
      ratio: 0.46,
      figure: <Money amount="2017983.91" currency="EUR" digits={0} />,
    },
    { id: 'bonds', label: 'Renta fija', ratio: 0.24, figure: <Money amount="1052861.17" currency="EUR" digits={0} /> },
    { id: 'crypto', label: 'Cripto', ratio: 0.12, figure: <Money amount="526430.59" currency="EUR" digits={0} /> },
    { id: 'cash', label: 'Liquidez', ratio: 0.18, figure: <Money amount="789645.88" currency="EUR" digits={0} /> },
  ];
  return (
    <Card title="Reparto">
      <Donut
        label="Reparto por clase de activo"
        slices={slices}
        center={<Money amount="4386921.55" currency="EUR" digits={0} />}
      />
    </Card>
  );
}

function SmallFiguresCard() {
  return (
    <Card title="Cifras">
      <dl className="grid items-center gap-x-6 gap-y-2 text-sm sm:grid-cols-[auto_1fr]">
        <dt className="text-muted">Dinero</dt>
        <dd>
          <Money amount="1234567.89" currency="EUR" /> · <Money amount="0.5" currency="BTC" /> ·{' '}
          <Money amount="12" currency="USDT" />
        </dd>
        <dt className="text-muted">Cambio</dt>
        <dd className="flex flex-wrap gap-4">
          <Delta amount="125.4" ratio={0.021} currency="EUR" /> <Delta ratio={0} /> <Delta ratio={null} />
        </dd>
        <dt className="text-muted">Porcentaje</dt>
        <dd>
          <Percent ratio="0.0345" /> · <Points ratio="-0.012" />
        </dd>
        <dt className="text-muted">Precio pasado</dt>
        <dd>
          <Money amount="235.91" currency="EUR" isPrice staleAtMs={SAMPLE_AT_MS} />
        </dd>
        <dt className="text-muted">Unidades</dt>
        <dd>
          <Quantity quantity="0.00012345" unit="BTC" />
        </dd>
        <dt className="text-muted">Cuándo</dt>
        <dd className="flex flex-wrap gap-x-4">
          <DateText when="2026-11-20" /> <RelativeTime atMs={SAMPLE_AT_MS} />
        </dd>
        <dt className="text-muted">Tendencia</dt>
        <dd>
          <Sparkline values={SPARK} />
        </dd>
        <dt className="text-muted">Estado</dt>
        <dd className="flex flex-wrap gap-2">
          <Badge>Borrador</Badge>
          <Badge tone="warn">Atrasado</Badge>
          <Badge tone="danger">Rechazada</Badge>
          <Badge tone="ok">Verificada</Badge>
          <Badge tone="info">Simulado</Badge>
          <Badge tone="accent">Nuevo</Badge>
          <Badge tone="flower">Ejemplo</Badge>
          <StatusDot tone="ok">En marcha</StatusDot>
          <StatusDot tone="danger">Parado</StatusDot>
        </dd>
      </dl>
    </Card>
  );
}

function StatesCard() {
  return (
    <Card title="Estados">
      <div className="flex flex-col gap-5">
        <Stepper
          label="Importar"
          currentId="map"
          onGoTo={() => undefined}
          steps={[
            { id: 'file', label: 'Archivo' },
            { id: 'map', label: 'Columnas' },
            { id: 'check', label: 'Revisión' },
          ]}
        />
        <Progress label="operaciones.xlsx" doneRatio={0.62} detail="3.120 de 5.032 filas" />
        <Ribbon tone="warn" icon={TriangleAlert}>
          Solo lectura mientras se restaura la copia
        </Ribbon>
        <div className="grid gap-4 md:grid-cols-3">
          <EmptyState
            title="Todavía no hay carteras"
            detail="Importa tu libro o crea la primera."
            action={<Button kind="primary">Importar</Button>}
          />
          <ErrorState error={new ApiProblem({ code: 'server_unreachable', status: 0 })} onRetry={() => undefined} />
          <Skeleton rowCount={4} />
        </div>
        <div className="grid gap-4 md:grid-cols-2">
          <Async query={{ data: 'Ya está aquí.', error: null, isPending: false, refetch: () => undefined }}>
            {(words) => <p className="p-4 text-sm">{words}</p>}
          </Async>
          <Async query={{ data: undefined, error: null, isPending: true, refetch: () => undefined }}>
            {() => null}
          </Async>
        </div>
        <Progress label="Sin saber cuánto falta" doneRatio={null} />
      </div>
    </Card>
  );
}
