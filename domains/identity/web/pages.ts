/** Identity's part of the web app: setup, sign-in, people and devices. Texts of the pages load with them. */
import { KeyRound, MonitorSmartphone, ShieldCheck, Users } from 'lucide-react';
import { defineTexts } from '#web/i18n';
import { defineDomainWeb, SECOND_FACTOR_PATH } from '#web/shell';

const texts = defineTexts({
  es: {
    setup: 'Puesta en marcha',
    signIn: 'Entrar',
    users: 'Usuarios y permisos',
    usersDetail: 'Quién entra, con qué papel y qué puede hacer cada uno.',
    sessions: 'Dispositivos',
    security: 'Seguridad',
    securityDetail: 'Contraseña, llaves de acceso, aplicación de códigos y códigos de recuperación.',
    sessionsDetail: 'Dónde tienes la sesión abierta; cierra la que no reconozcas.',
    apiTokens: 'Claves de API',
    apiTokensDetail: 'Para que tus programas entren sin tu contraseña.',
    reset: 'Recuperar el acceso',
    invitation: 'Invitación',
    invite: 'Invitar a una persona',
    'identity.user.password_reset': 'Tu contraseña se cambió con un enlace, desde {ip}. Si no fuiste tú, avisa ya.',
  },
  en: {
    setup: 'Setup',
    signIn: 'Sign in',
    users: 'People and permissions',
    usersDetail: 'Who comes in, with which role, and what each may do.',
    sessions: 'Devices',
    security: 'Security',
    securityDetail: 'Password, passkeys, authenticator app and recovery codes.',
    sessionsDetail: 'Where you are signed in; close what you do not recognise.',
    apiTokens: 'API keys',
    apiTokensDetail: 'So that your programs come in without your password.',
    reset: 'Get back in',
    invitation: 'Invitation',
    invite: 'Invite a person',
    'identity.user.password_reset': 'Your password was changed with a link, from {ip}. If it was not you, say so now.',
  },
});

export const domainWeb = defineDomainWeb({
  domain: 'identity',
  texts,
  stepUp: () => import('./step-up-dialog.tsx'),
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
      path: '/restablecer',
      permission: 'public',
      titleKey: 'reset',
      layout: 'bare',
      load: () => import('./reset.page.tsx'),
    },
    {
      path: '/invitacion',
      permission: 'public',
      titleKey: 'invitation',
      layout: 'bare',
      load: () => import('./invitation.page.tsx'),
    },
    {
      path: '/ajustes/usuarios',
      permission: 'identity.users.read',
      titleKey: 'users',
      load: () => import('./users.page.tsx'),
      settings: { icon: Users, order: 20, detailKey: 'usersDetail' },
    },
    {
      path: SECOND_FACTOR_PATH,
      permission: 'session',
      titleKey: 'security',
      layout: 'bare',
      load: () => import('./security-required.page.tsx'),
    },
    {
      path: '/ajustes/seguridad',
      permission: 'session',
      titleKey: 'security',
      load: () => import('./security.page.tsx'),
      settings: { icon: ShieldCheck, order: 25, detailKey: 'securityDetail' },
    },
    {
      path: '/ajustes/sesiones',
      permission: 'session',
      titleKey: 'sessions',
      load: () => import('./sessions.page.tsx'),
      settings: { icon: MonitorSmartphone, order: 30, detailKey: 'sessionsDetail' },
    },
    {
      path: '/ajustes/claves-api',
      permission: 'session',
      titleKey: 'apiTokens',
      load: () => import('./api-tokens.page.tsx'),
      settings: { icon: KeyRound, order: 35, detailKey: 'apiTokensDetail' },
    },
  ],
  actions: [
    {
      id: 'identity.invitation.create',
      labelKey: 'invite',
      permission: 'identity.users.create',
      href: '/ajustes/usuarios?invitar=1',
    },
  ],
});
