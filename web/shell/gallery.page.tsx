/**
 * Galería: every component on one page, for the eye, for axe and for the keyboard. Administrators only; its rows are made up.
 * `?solo=controles` leaves one section of it, which browsers and tests draw in a fraction of the time.
 */
import type { ReactNode } from 'react';
import { PageHeader, SegmentedControl, Stack } from '#web/ui';
import { ControlsSection } from './gallery/controls-section.tsx';
import { Example } from './gallery/example.tsx';
import { FiguresSection } from './gallery/figures-section.tsx';
import { OverlaysSection } from './gallery/overlays-section.tsx';
import { TablesSection } from './gallery/tables-section.tsx';
import { useUrlState } from './url-state.ts';

const SECTIONS: Readonly<Record<string, { readonly label: string; readonly Part: () => ReactNode }>> = {
  cifras: { label: 'Cifras', Part: FiguresSection },
  tablas: { label: 'Tablas', Part: TablesSection },
  controles: { label: 'Controles', Part: ControlsSection },
  ventanas: { label: 'Ventanas', Part: OverlaysSection },
};
const ALL = 'todo';

export default function GalleryPage() {
  const [only, setOnly] = useUrlState('solo', ALL, [ALL, ...Object.keys(SECTIONS)]);
  const shown = Object.entries(SECTIONS).filter(([name]) => only === ALL || only === name);
  return (
    <>
      <PageHeader
        title="Galería"
        description="Cada pieza de la interfaz, con datos inventados."
        actions={
          <SegmentedControl
            label="Sección"
            value={only}
            onChange={setOnly}
            segments={[
              { value: ALL, label: 'Todo' },
              ...Object.entries(SECTIONS).map(([value, { label }]) => ({ value, label })),
            ]}
          />
        }
      />
      <Example parts={['PageHeader', 'Stack', 'Card']}>
        <Stack>
          {shown.map(([name, { Part }]) => (
            <Part key={name} />
          ))}
        </Stack>
      </Example>
    </>
  );
}
