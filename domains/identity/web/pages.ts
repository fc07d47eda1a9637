/** Identity's part of the web app: setup, sign-in, people and devices. Texts of the pages load with them. */
import { MonitorSmartphone, Users } from 'lucide-react';
import { defineDomainWeb } from '#web/shell';

export const domainWeb = defineDomainWeb({
  domain: 'identity',
  texts: {
    es: {
      setup: 'Puesta en marcha',
      signIn: 'Entrar',
      users: 'Usuarios y permisos',
      usersDetail: 'Quién entra, con qué papel y qué puede hacer cada uno.',
      sessions: 'Dispositivos y contraseña',
      sessionsDetail: 'Dónde tienes la sesión abierta; cierra la que no reconozcas.',
    },
    en: {
      setup: 'Setup',
      signIn: 'Sign in',
      users: 'People and permissions',
      usersDetail: 'Who comes in, with which role, and what each may do.',
      sessions: 'Devices and password',
      sessionsDetail: 'Where you are signed in; close what you do not recognise.',
    },
  },
  pages: [
    {
      path: '/setup',
      permission: 'public',
      titleKey: 'setup',
      layout: 'bare',
      load: () => import('./setup.page.tsx'),
    },
    {
      path: '/entrar',
      permission: 'public',
      titleKey: 'signIn',
      layout: 'bare',
      load: () => import('./sign-in.page.tsx'),
    },
    {
      path: '/ajustes/usuarios',
      permission: 'identity.users.read',
      titleKey: 'users',
      load: () => import('./users.page.tsx'),
      settings: { icon: Users, order: 20, detailKey: 'usersDetail' },
    },
    {
      path: '/ajustes/sesiones',
      permission: 'session',
      titleKey: 'sessions',
      load: () => import('./sessions.page.tsx'),
      settings: { icon: MonitorSmartphone, order: 30, detailKey: 'sessionsDetail' },
    },
  ],
});
