/** Buttons, fields and choices of the gallery. */
import { Download, EllipsisVertical, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import {
  Button,
  Card,
  Checkbox,
  Combobox,
  ConfirmDialog,
  Dialog,
  Drawer,
  FileDrop,
  IconButton,
  Menu,
  NumberField,
  PasswordField,
  RadioGroup,
  SearchField,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Tabs,
  TextArea,
  TextField,
  toast,
} from '#web/ui';

const ASSET_CHOICES = [
  { value: 'vwce', label: 'Vanguard FTSE All-World', detail: 'VWCE · IE00BK5BQT80' },
  { value: 'san', label: 'Banco Santander', detail: 'SAN · ES0113900J37' },
  { value: 'btc', label: 'Bitcoin', detail: 'BTC' },
  { value: 'nunez', label: 'Núñez Capital', detail: 'NUNZ' },
];

export function ControlsSection() {
  return (
    <Stack>
      <ButtonsCard />
      <FieldsCard />
      <ChoicesCard />
      <OverlaysCard />
    </Stack>
  );
}

function ButtonsCard() {
  return (
    <Card title="Botones">
      <div className="flex flex-wrap items-center gap-2">
        <Button kind="primary" icon={Plus}>
          Nueva operación
        </Button>
        <Button>Importar</Button>
        <Button kind="ghost">Cancelar</Button>
        <Button kind="danger" icon={Trash2}>
          Borrar
        </Button>
        <Button isBusy>Guardando</Button>
        <Button disabled>No disponible</Button>
        <Button size="sm">Pequeño</Button>
        <IconButton icon={Pencil} label="Editar" chord="e" />
        <Menu
          trigger={<IconButton icon={EllipsisVertical} label="Más acciones" />}
          groups={[
            [
              { id: 'edit', label: 'Editar', icon: Pencil, chord: 'e' },
              { id: 'save', label: 'Descargar', icon: Download },
            ],
            [{ id: 'remove', label: 'Borrar', icon: Trash2, isDanger: true }],
          ]}
        />
      </div>
    </Card>
  );
}

function FieldsCard() {
  const [name, setName] = useState('Cartera de Ana');
  const [amount, setAmount] = useState<string | null>('1234567.89');
  const [password, setPassword] = useState('');
  const [typed, setTyped] = useState('');
  const [asset, setAsset] = useState<string | null>('vwce');
  const [currency, setCurrency] = useState('EUR');
  return (
    <Card title="Campos">
      <div className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
        <TextField label="Nombre" value={name} onChange={setName} hint="Así aparece en los informes." />
        <NumberField label="Importe" value={amount} onChange={setAmount} unit="€" />
        <PasswordField label="Contraseña" value={password} onChange={setPassword} />
        <TextField
          label="NIF"
          value="X0000"
          onChange={() => undefined}
          error="Falta la letra final. Un NIF tiene 8 cifras y una letra."
        />
        <Select
          label="Divisa"
          value={currency}
          onChange={setCurrency}
          choices={[
            { value: 'EUR', label: 'Euro', detail: 'EUR' },
            { value: 'USD', label: 'Dólar estadounidense', detail: 'USD' },
          ]}
        />
        <Combobox label="Activo" choices={ASSET_CHOICES} value={asset} onChange={setAsset} />
        <SearchField label="Filtrar carteras" value={typed} onChange={setTyped} />
        <TextField label="Bloqueado" value="Solo lectura" onChange={() => undefined} isDisabled />
        <TextArea label="Nota" value="Revisión trimestral." onChange={() => undefined} rowCount={2} />
      </div>
    </Card>
  );
}

function ChoicesCard() {
  const [isOn, setOn] = useState(true);
  const [isChecked, setChecked] = useState(true);
  const [mode, setMode] = useState('fifo');
  const [range, setRange] = useState('1M');
  const [tab, setTab] = useState('summary');
  return (
    <Card title="Elecciones">
      <div className="grid gap-6 md:grid-cols-2">
        <div className="flex flex-col gap-4">
          <Switch label="Avisarme por correo" detail="Una vez al día como máximo." isOn={isOn} onChange={setOn} />
          <Checkbox label="Incluir comisiones" isChecked={isChecked} onChange={setChecked} />
          <Checkbox label="Algunas cuentas" isChecked={false} isPartly onChange={() => undefined} />
          <RadioGroup
            label="Método de coste"
            value={mode}
            onChange={setMode}
            choices={[
              { value: 'fifo', label: 'FIFO', detail: 'Lo primero que entra es lo primero que sale.' },
              { value: 'average', label: 'Coste medio' },
            ]}
          />
          <SegmentedControl
            label="Periodo"
            value={range}
            onChange={setRange}
            segments={['1D', '1S', '1M', '3M', 'YTD', '1A', 'Todo'].map((value) => ({ value, label: value }))}
          />
        </div>
        <Tabs
          label="Cartera"
          value={tab}
          onChange={setTab}
          parts={[
            { value: 'summary', label: 'Resumen', content: <p>Resumen de la cartera.</p> },
            { value: 'trades', label: 'Operaciones', count: 12, content: <p>Doce operaciones.</p> },
            { value: 'notes', label: 'Notas', content: <p>Sin notas.</p> },
          ]}
        />
      </div>
    </Card>
  );
}

function OverlaysCard() {
  const [open, setOpen] = useState<'dialog' | 'confirm' | 'drawer' | null>(null);
  const close = () => setOpen(null);
  const [name, setName] = useState('');
  return (
    <Card title="Lo que se abre">
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setOpen('dialog')}>Diálogo</Button>
        <Button onClick={() => setOpen('confirm')}>Confirmar</Button>
        <Button onClick={() => setOpen('drawer')}>Panel</Button>
        <Button
          onClick={() =>
            toast.undoable({ title: 'Alerta borrada', detail: 'VWCE por encima de 120 €', onUndo: () => undefined })
          }
        >
          Deshacer
        </Button>
        <Button onClick={() => toast.failed({ title: 'No se pudo guardar', detail: 'El servidor no responde.' })}>
          Fallo
        </Button>
      </div>
      <div className="mt-4">
        <FileDrop types={['xlsx', 'csv']} sizeBytesMax={20_000_000} onFiles={() => undefined} />
      </div>
      <Dialog
        isOpen={open === 'dialog'}
        onClose={close}
        title="Nueva cartera"
        description="Podrás cambiarlo todo después."
        footer={
          <>
            <Button onClick={close}>Cancelar</Button>
            <Button kind="primary" onClick={close}>
              Crear cartera
            </Button>
          </>
        }
      >
        <TextField label="Nombre" value={name} onChange={setName} />
      </Dialog>
      <ConfirmDialog
        isOpen={open === 'confirm'}
        onClose={close}
        onConfirm={close}
        isDanger
        title="¿Parar todos los bots?"
        description="Se cancelan las órdenes abiertas. Las posiciones se quedan como están."
        action="Parar todo"
        typeToConfirm={{ label: 'Escribe PARAR para confirmar', text: 'PARAR' }}
      />
      <Drawer isOpen={open === 'drawer'} onClose={close} title="VWCE" description="Vanguard FTSE All-World">
        <p>Lotes, operaciones y cómo se calcula.</p>
      </Drawer>
    </Card>
  );
}
