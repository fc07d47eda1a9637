/** What floats over the page: dialogs, panels, toasts; and what is dropped on it. */
import { type ReactNode, useState } from 'react';
import { ApiProblem } from '#web/api';
import {
  Button,
  Card,
  ConfirmDialog,
  Dialog,
  Drawer,
  FileDrop,
  Select,
  ShownOnceDialog,
  Stack,
  TextField,
  toast,
} from '#web/ui';
import { Example } from './example.tsx';

type Overlay = 'dialog' | 'confirm' | 'drawer' | 'secret';

const BUTTONS: readonly (readonly [Overlay, string])[] = [
  ['dialog', 'Diálogo'],
  ['confirm', 'Confirmar'],
  ['drawer', 'Panel'],
  ['secret', 'Secreto'],
];

export function OverlaysSection() {
  return (
    <Stack>
      <Example parts={['Dialog', 'ConfirmDialog', 'Drawer', 'ShownOnceDialog']}>
        <OverlaysCard />
      </Example>
      <Example parts={['toast', 'Toasts', 'TooltipHost']}>
        <ToastsCard />
      </Example>
      <Example parts={['FileDrop']}>
        <FileDrop types={['xlsx', 'csv']} sizeBytesMax={20_000_000} onFiles={() => undefined} />
      </Example>
    </Stack>
  );
}

function OverlaysCard() {
  const [open, setOpen] = useState<Overlay | null>(null);
  const close = () => setOpen(null);
  return (
    <Card title="Lo que se abre">
      <div className="flex flex-wrap gap-2">
        {BUTTONS.map(([overlay, label]) => (
          <Button key={overlay} onClick={() => setOpen(overlay)}>
            {label}
          </Button>
        ))}
      </div>
      <SampleDialog isOpen={open === 'dialog'} onClose={close} />
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
      {open === 'secret' && (
        <ShownOnceDialog
          title="Secreto de firma"
          detail="Solo se ve esta vez. Guárdalo donde tu sistema lo lea."
          secret="whsec_example-only"
          onClose={close}
        />
      )}
    </Card>
  );
}

function SampleDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [currency, setCurrency] = useState('EUR');
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="Nueva cartera"
      description="Podrás cambiarlo todo después."
      footer={
        <>
          <Button onClick={onClose}>Cancelar</Button>
          <Button kind="primary" onClick={onClose}>
            Crear cartera
          </Button>
        </>
      }
    >
      <Stack>
        <TextField label="Nombre" value={name} onChange={setName} />
        <Select
          label="Moneda"
          value={currency}
          onChange={setCurrency}
          choices={[
            { value: 'EUR', label: 'Euro' },
            { value: 'USD', label: 'Dólar estadounidense' },
          ]}
        />
      </Stack>
    </Dialog>
  );
}

function ToastsCard() {
  const show = (label: string, run: () => void): ReactNode => <Button onClick={run}>{label}</Button>;
  return (
    <Card title="Lo que acaba de pasar">
      <div className="flex flex-wrap gap-2">
        {show('Deshacer', () =>
          toast.undoable({ title: 'Alerta borrada', detail: 'VWCE por encima de 120 €', onUndo: () => undefined }),
        )}
        {show('Hecho', () => toast.done({ title: 'Cartera guardada' }))}
        {show('Aviso', () => toast.info({ title: 'Hay una versión nueva', detail: 'Se instala esta noche.' }))}
        {show('Fallo', () => toast.failed({ title: 'No se pudo guardar', detail: 'El servidor no responde.' }))}
        {show('Problema', () => toast.problem(new ApiProblem({ code: 'conflict', status: 409 })))}
      </div>
    </Card>
  );
}
