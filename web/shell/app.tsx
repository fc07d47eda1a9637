/** The app: cache, router, tooltips, toasts. Base UI may not write style elements: the content policy forbids them. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient, whenSignedOut } from '#web/api';
import { applyToDocument, watchDevice } from '#web/preferences';
import { Toasts, TooltipHost } from '#web/ui';
import { createAppRouter } from './router.tsx';
import { StepUpHost } from './step-up-host.tsx';
import { toSignIn } from './sign-in-redirect.ts';

/** Draws the app into an element of the page. */
export function startApp(element: HTMLElement): void {
  applyToDocument();
  watchDevice();
  whenSignedOut(toSignIn);
  const router = createAppRouter();
  createRoot(element).render(
    <StrictMode>
      <CSPProvider disableStyleElements>
        <QueryClientProvider client={createQueryClient()}>
          <RouterProvider router={router} />
          <StepUpHost />
          <Toasts />
          <TooltipHost />
        </QueryClientProvider>
      </CSPProvider>
    </StrictMode>,
  );
}
