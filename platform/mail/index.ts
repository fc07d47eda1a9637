/** The door of platform/mail. */
export { createMail, MAIL_TEST_PURPOSE, type MailOptions } from './mail.ts';
export { deleteMailsOfWorkspace } from './mail.store.ts';
export { mailBodies } from './sealed-body.ts';
export { smtpServerOf } from './smtp-server-address.ts';
export {
  type CredentialFact,
  type Mail,
  type MailDoor,
  type MailFaultCode,
  type MailRow,
  type MailState,
} from './types.ts';
