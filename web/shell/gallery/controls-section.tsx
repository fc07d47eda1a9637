/** Buttons, fields and choices of the gallery. */
import { Download, EllipsisVertical, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiProblem } from '#web/api';
import {
  Button,
  ButtonLink,
  Card,
  Checkbox,
  Combobox,
  Field,
  FormProblem,
  IconButton,
  Kbd,
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
} from '#web/ui';
import { Example } from './example.tsx';

const ASSET_CHOICES = [
  { value: 'vwce', label: 'Vanguard FTSE All-World', detail: 'VWCE · IE00BK5BQT80' },
  { value: 'san', label: 'Banco Santander', detail: 'SAN · ES0113900J37' },
  { value: 'btc', label: 'Bitcoin', detail: 'BTC' },
  { value: 'nunez', label: 'Núñez Capital', detail: 'NUNZ' },
];

export function ControlsSection() {
  return (
    <Stack>
      <Example parts={['Button', 'ButtonLink', 'IconButton', 'Menu', 'Kbd']}>
        <ButtonsCard />
      </Example>
      <Example
        parts={[
          'TextField',
          'NumberField',
          'PasswordField',
          'Select',
          'Combobox',
          'SearchField',
          'TextArea',
          'Field',
          'FormProblem',
        ]}
      >
        <FieldsCard />
      </Example>
      <Example parts={['Switch', 'Checkbox', 'RadioGroup', 'SegmentedControl', 'Tabs']}>
        <ChoicesCard />
      </Example>
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
        <ButtonLink to="/ayuda">Ir a la ayuda</ButtonLink>
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
        <span className="ml-2 text-sm text-muted">
          Buscar <Kbd keys="Ctrl K" />
        </span>
      </div>
    </Card>
  );
}

function FieldsCard() {
  const [name, setName] = useState('Cartera de Ana');
  const [amount, setAmount] = useState<string | null>('1234567.89');
  const [password, setPassword] = useState('');
  const [typed, setTyped] = useState('');
  const [note, setNote] = useState('Revisión trimestral.');
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
        <TextArea label="Nota" value={note} onChange={setNote} rowCount={2} />
        <Field label="Muestra" hint="Lo que no se escribe también lleva su nombre.">
          <output className="figures flex h-9 items-center rounded-md bg-sunken px-3 text-sm">1.234.567,89 €</output>
        </Field>
        <FormProblem error={new ApiProblem({ code: 'conflict', status: 409 })} />
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
        <div className="flex min-w-0 flex-col gap-4">
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
