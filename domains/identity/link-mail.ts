/** The mails that carry a link, and the one that says a password changed, in the reader's language. */
import type { UserRole } from '#kernel';
import type { Locale } from './tables.ts';

interface Written {
  readonly subject: string;
  readonly text: string;
}

const ROLE_NAMES: Readonly<Record<Locale, Readonly<Record<UserRole, string>>>> = {
  es: {
    owner: 'propietario',
    admin: 'administrador',
    manager: 'gestor',
    adviser: 'asesor',
    trader: 'operador',
    bookkeeper: 'contable',
    analyst: 'analista',
    client: 'cliente',
  },
  en: {
    owner: 'owner',
    admin: 'administrator',
    manager: 'manager',
    adviser: 'adviser',
    trader: 'trader',
    bookkeeper: 'bookkeeper',
    analyst: 'analyst',
    client: 'client',
  },
};

/** Asks somebody in. Names are what people typed: they stand in plain text and on one line. */
export function invitationMail(
  locale: Locale,
  facts: {
    readonly workspaceName: string;
    readonly invitedByName: string | null;
    readonly role: UserRole;
    readonly url: string;
  },
): Written {
  const workspace = oneLine(facts.workspaceName);
  const by = facts.invitedByName === null ? null : oneLine(facts.invitedByName);
  const role = ROLE_NAMES[locale][facts.role];
  if (locale === 'es') {
    return {
      subject: `Invitación a ${workspace} en Cactus`,
      text: paragraphs(
        `${by ?? 'Quien administra Cactus'} te invita a ${workspace} con el papel de ${role}.`,
        `Abre este enlace para elegir tu contraseña y entrar:\n${facts.url}`,
        'El enlace vale siete días y una sola vez. Si no esperabas esta invitación, no hagas nada.',
      ),
    };
  }
  return {
    subject: `Invitation to ${workspace} on Cactus`,
    text: paragraphs(
      `${by ?? 'Whoever runs Cactus'} invites you to ${workspace} as ${role}.`,
      `Open this link to choose your password and come in:\n${facts.url}`,
      'The link works once and for seven days. If you did not expect this invitation, do nothing.',
    ),
  };
}

/** The link that sets a new password. */
export function resetMail(locale: Locale, facts: { readonly url: string }): Written {
  if (locale === 'es') {
    return {
      subject: 'Elige otra contraseña de Cactus',
      text: paragraphs(
        'Alguien ha pedido cambiar tu contraseña de Cactus porque la ha olvidado.',
        `Si has sido tú, abre este enlace y elige otra:\n${facts.url}`,
        'El enlace vale treinta minutos y una sola vez. Si no has sido tú, no hagas nada: tu contraseña sigue igual.',
      ),
    };
  }
  return {
    subject: 'Choose another Cactus password',
    text: paragraphs(
      'Somebody asked to change your Cactus password because it was forgotten.',
      `If it was you, open this link and choose another:\n${facts.url}`,
      'The link works once and for thirty minutes. If it was not you, do nothing: your password stays as it is.',
    ),
  };
}

/** Tells the person that her password was changed by a link, so that a theft does not go unnoticed. */
export function passwordChangedMail(locale: Locale): Written {
  if (locale === 'es') {
    return {
      subject: 'Tu contraseña de Cactus ha cambiado',
      text: paragraphs(
        'Tu contraseña de Cactus se ha cambiado con un enlace y tus sesiones se han cerrado.',
        'Si no has sido tú, avisa ahora mismo a quien administra Cactus.',
      ),
    };
  }
  return {
    subject: 'Your Cactus password was changed',
    text: paragraphs(
      'Your Cactus password was changed with a link, and your sessions were closed.',
      'If it was not you, tell whoever runs Cactus right now.',
    ),
  };
}

function paragraphs(...parts: readonly string[]): string {
  return `${parts.join('\n\n')}\n`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
