/** Galería: every component on one page, for the eye, for axe and for the keyboard. Administrators only; its rows are made up. */
import { PageHeader, Stack } from '#web/ui';
import { ControlsSection } from './gallery/controls-section.tsx';
import { FiguresSection } from './gallery/figures-section.tsx';
import { TablesSection } from './gallery/tables-section.tsx';

export default function GalleryPage() {
  return (
    <>
      <PageHeader title="Galería" description="Cada pieza de la interfaz, con datos inventados." />
      <Stack>
        <FiguresSection />
        <TablesSection />
        <ControlsSection />
      </Stack>
    </>
  );
}
