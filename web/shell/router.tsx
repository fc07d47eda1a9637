/** Routes from the catalogue: one layout with the frame, one without. Pages are lazy and loaded on the first sign of intent. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { Suspense } from 'react';
import { Skeleton } from '#web/ui';
import { type CataloguedPage, pages } from './catalogue.ts';
import { SignedInFrame } from './frame.tsx';
import { FailedPage, NotFoundPage } from './page-states.tsx';

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    page?: CataloguedPage;
  }
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFoundPage, errorComponent: FailedPage });

const framed = createRoute({ getParentRoute: () => root, id: 'framed', component: SignedInFrame });

const bare = createRoute({
  getParentRoute: () => root,
  id: 'bare',
  component: () => (
    <Suspense fallback={<Skeleton className="mx-auto max-w-md p-12" />}>
      <Outlet />
    </Suspense>
  ),
});

function routesOf(layout: 'shell' | 'bare') {
  const parent = layout === 'bare' ? bare : framed;
  return pages
    .filter((page) => (page.layout ?? 'shell') === layout)
    .map((page) =>
      createRoute({
        getParentRoute: () => parent,
        path: page.path,
        component: lazyRouteComponent(page.load),
        errorComponent: FailedPage,
        staticData: { page },
      }),
    );
}

// Inside the frame, so that a wrong address still shows the menu.
const unknown = createRoute({ getParentRoute: () => framed, path: '$', component: NotFoundPage });

/** The app's router; links prefetch the page's code when pointed at or focused. */
export function createAppRouter() {
  return createRouter({
    routeTree: root.addChildren([
      framed.addChildren([...routesOf('shell'), unknown]),
      bare.addChildren(routesOf('bare')),
    ]),
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: false,
  });
}
