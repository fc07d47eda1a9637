/** The ways to prove who one is, as audit and events name them. */
export const SIGN_IN_METHODS = ['password', 'oidc', 'passkey', 'totp', 'recovery_code'] as const;
export type SignInMethod = (typeof SIGN_IN_METHODS)[number];
